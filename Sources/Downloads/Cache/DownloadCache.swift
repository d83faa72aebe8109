import Foundation

/// Where downloads lie, for every project of a user.
///
/// One folder an item, below the folder that the cache of encoded videos has too.
public struct DownloadCache: Sendable {
    /// Where the items' folders lie.
    public let folder: URL

    /// A cache in a folder, which is made when something is downloaded.
    public init(folder: URL = DownloadCache.standardFolder()) { self.folder = folder }

    /// `$MOMENTS_CACHE/downloads`, else `$XDG_CACHE_HOME/moments/downloads`, else `~/.cache/moments/downloads`.
    public static func standardFolder(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> URL {
        if let own = environment["MOMENTS_CACHE"], !own.isEmpty {
            return URL(fileURLWithPath: own).appendingPathComponent("downloads")
        }
        // The XDG specification: a relative path is to be ignored.
        let shared = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
        let base = shared ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
        return base.appendingPathComponent("moments/downloads")
    }

    /// The folder of an item.
    public func folder(of item: CatalogueItem) -> URL { folder.appendingPathComponent(item.name) }

    /// Whether all of an item is there. A file has its name only when it is complete and was checked.
    public func holds(_ item: CatalogueItem) -> Bool {
        item.files.allSatisfy { FileManager.default.fileExists(atPath: $0.product(in: folder(of: item)).path) }
    }

    /// The first file of an item, which is the one that its name means; nil unless all of the item is there.
    public func mainFile(of name: String) -> URL? {
        guard let item = Catalogue.items.first(where: { $0.name == name }), let main = item.files.first, holds(item)
        else { return nil }
        return main.product(in: folder(of: item))
    }
}
