import Foundation
import HTTPTypes
import Hashing
import Hummingbird

/// The page's files, in memory: an address names one of them, or nothing. No path of a client reaches the disk.
struct PageFiles: Sendable {
    struct File: Sendable {
        let data: Data
        let type: String
        let tag: String
    }

    /// What a page of ours may do: run and load what comes from here, and be shown in no other page.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": "application/json", "svg": "image/svg+xml",
        "png": "image/png", "jpg": "image/jpeg", "ico": "image/x-icon", "woff2": "font/woff2",
        "txt": "text/plain; charset=utf-8", "webmanifest": "application/manifest+json",
    ]

    private let files: [String: File]

    /// Reads a folder. A file is found by its place in it, below `/` and below `/assets/`.
    ///
    /// - Throws: ``ServerError`` where there is no index.html.
    init(_ folder: URL) throws(ServerError) {
        var files: [String: File] = [:]
        let root = folder.resolvingSymlinksInPath().path + "/"
        let inside = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let next = inside?.nextObject() as? URL {
            let path = next.resolvingSymlinksInPath().path
            guard path.hasPrefix(root), let type = Self.types[next.pathExtension.lowercased()],
                let data = try? Data(contentsOf: next)
            else { continue }
            let name = String(path.dropFirst(root.count))
            let hash = ContentHash.sha256 { add in data.withUnsafeBytes(add) }
            let file = File(data: data, type: type, tag: String(hash.prefix(32)))
            files["/" + name] = file
            if files["/assets/" + name] == nil { files["/assets/" + name] = file }
        }
        guard let index = files["/index.html"] else { throw .missingResources(folder: folder.path) }
        files["/"] = index
        self.files = files
    }

    /// The file that a request is for; nil where it is for none.
    func file(for request: Request) -> File? {
        request.method == .get || request.method == .head ? files[request.uri.path] : nil
    }

    /// The answer to a request for one of the files; nil where it is none.
    func response(to request: Request) -> Response? {
        guard let file = file(for: request) else { return nil }
        var headers: HTTPFields = [:]
        headers[.eTag] = "\"\(file.tag)\""
        // Asked again each time, and sent again only where it has changed.
        headers[.cacheControl] = "private, no-cache"
        headers[.contentSecurityPolicy] = Self.policy
        if Response.matches(request.headers[.ifNoneMatch], file.tag) {
            return Response(status: .notModified, headers: headers)
        }
        var response = Response(type: file.type, data: file.data)
        for field in headers { response.headers.append(field) }
        return response
    }
}
