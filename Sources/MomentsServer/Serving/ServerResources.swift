import Foundation

/// The files that come with the build: the page, and the interface's document.
enum ServerResources {
    /// SwiftPM lays them beside the program.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("Moments_MomentsServer.resources")

    static func interface() throws(ServerError) -> Data {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("openapi.json")) else {
            throw .missingResources(folder: folder.path)
        }
        return data
    }

    static func page() throws(ServerError) -> PageFiles {
        try PageFiles(folder.appendingPathComponent("Page"))
    }
}
