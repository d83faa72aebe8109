import Foundation

/// One of a library's videos: content, and the files that hold it.
public struct LibraryVideo: Hashable, Sendable {
    /// A file with this content, as it was when it was taken up.
    public struct File: Hashable, Sendable {
        /// Absolute.
        public let path: String
        /// Bytes.
        public let size: Int64
        /// Seconds since 1970.
        public let modified: Double
        /// Whether it was no longer there when its folder was looked through last.
        public let isGone: Bool

        /// Whether the file that lies there now is the one that was taken up, by its size and time.
        public var isAsTakenUp: Bool {
            guard let now = VideoScan.file(URL(fileURLWithPath: path)) else { return false }
            return now.size == size && now.modified == modified
        }
    }

    /// The video divided into clips, as one kind of encoders saw it.
    public struct Encoding: Hashable, Sendable {
        /// ``LibraryEncoder/space``.
        public let space: String
        /// How many clips.
        public let clips: Int
        /// Seconds a clip.
        public let clipLength: Double
    }

    /// The SHA-256 of its content.
    public let hash: String
    /// Seconds.
    public let duration: Double
    /// When it was taken up first.
    public let added: Date
    /// Those that are there first, then by path.
    public let files: [File]
    /// In the order in which they were made.
    public let encodings: [Encoding]

    /// Whether no file of it is left.
    public var isGone: Bool { files.allSatisfy(\.isGone) }
    /// What it is called: the name of its first file.
    public var name: String {
        files.first.map { URL(fileURLWithPath: $0.path).lastPathComponent } ?? String(hash.prefix(8))
    }
}
