import Foundation
import WholeFiles

/// A `FileDraft` whose errors are ``TensorFileError``s.
struct AtomicFile {
    private let draft: FileDraft
    private let place: FilePlace

    /// Begins a file; ``finish()`` gives it its name.
    init(_ url: URL) throws {
        let place = FilePlace(url)
        self.place = place
        draft = try place.writing { () throws(UnwritableFile) in try FileDraft(of: url) }
    }

    /// Calls `body` to write, then flushes to disk and renames onto `url`. On any error the old file stays.
    static func write(to url: URL, _ body: (borrowing AtomicFile) throws -> Void) throws {
        let file = try AtomicFile(url)
        try body(file)
        try file.finish()
    }

    /// Calls `make` to write the file at a path beside `url`, then flushes it to disk and renames it onto `url`.
    static func replace(_ url: URL, _ make: (_ path: String) throws -> Void) throws {
        try write(to: url) { try make($0.draft.path) }
    }

    /// Appends bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try place.writing { () throws(UnwritableFile) in try draft.append(bytes) }
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }

    /// Flushes to disk and renames.
    func finish() throws {
        try place.writing { () throws(UnwritableFile) in try draft.place() }
    }
}

extension FilePlace {
    fileprivate func writing<Result>(_ body: () throws(UnwritableFile) -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw self.error(.unwritable(error.reason))
        }
    }
}
