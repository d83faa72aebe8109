import Foundation

/// The bytes of a file, read whole.
struct FileContents {
    private let bytes: [UInt8]

    /// - Throws: `notFound` or `unreadable`.
    init(_ url: URL) throws(AnnotationFileError) {
        do {
            bytes = [UInt8](try Data(contentsOf: url))
        } catch {
            guard FileManager.default.fileExists(atPath: url.path) else { throw .notFound(path: url.path) }
            throw .unreadable(path: url.path, reason: Self.reason(for: error, at: url))
        }
    }

    /// Lends the bytes, which stay valid during the call only.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer(body)
    }

    private static func reason(for error: any Error, at url: URL) -> String {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            return "it is a folder."
        }
        return FileManager.default.isReadableFile(atPath: url.path)
            ? error.localizedDescription : "permission is denied."
    }
}
