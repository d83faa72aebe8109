import Foundation

/// The SHA-256 of bytes: what a file is, whatever it is called and wherever it lies.
///
/// Weights and videos are known by it: recipes name the weights, and encoded videos are found again.
public enum ContentHash {
    /// A file cannot be read.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        /// The file's path.
        public let file: String
        /// What the system says.
        public let reason: String

        /// `file: reason`.
        public var description: String { "\(file): cannot be read: \(reason)" }
    }

    /// The hash of a file as 64 hexadecimal digits. The file is read in pieces, so that its size does not matter.
    ///
    /// - Throws: ``Unreadable``.
    public static func sha256(of url: URL) throws(Unreadable) -> String {
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let hash = RunningHash()
            while let piece = try file.read(upToCount: 1 << 22), !piece.isEmpty {
                piece.withUnsafeBytes(hash.add)
            }
            return hash.finish()
        } catch {
            throw Unreadable(file: url.path, reason: error.localizedDescription)
        }
    }

    /// The hash of a text as 64 hexadecimal digits.
    public static func sha256(of text: String) -> String {
        let hash = RunningHash()
        Data(text.utf8).withUnsafeBytes(hash.add)
        return hash.finish()
    }

    /// The hash of bytes that come in pieces: `body` is called once and hands each piece over.
    public static func sha256(pieces body: (_ add: (UnsafeRawBufferPointer) -> Void) -> Void) -> String {
        let hash = RunningHash()
        body(hash.add)
        return hash.finish()
    }
}
