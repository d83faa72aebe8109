import Foundation

/// Something that can be downloaded by name: the files that belong together, where they come from and under which terms.
public struct CatalogueItem: Hashable, Sendable {
    /// What `moments download` calls it.
    public let name: String
    /// What it is good for, in a sentence.
    public let purpose: String
    /// Under which terms its authors publish it.
    public let licence: String
    /// What it consists of.
    public let files: [CatalogueFile]

    /// An item of files.
    public init(name: String, purpose: String, licence: String, files: [CatalogueFile]) {
        self.name = name
        self.purpose = purpose
        self.licence = licence
        self.files = files
    }

    /// Bytes of all files; nil where one's are not known.
    public var byteCount: Int? {
        files.reduce(Optional(0)) { sum, file in sum.flatMap { sum in file.byteCount.map { sum + $0 } } }
    }
}

/// One file of an item.
public struct CatalogueFile: Hashable, Sendable {
    /// Its name on disk.
    public let name: String
    /// Where its authors publish it.
    public let address: URL
    /// Its size; nil where it is not known. Another size is refused.
    public let byteCount: Int?
    /// Its SHA-256, 64 hexadecimal digits; nil where nobody published one, which is called unpinned.
    public let sha256: String?

    /// A file of a catalogue.
    public init(name: String, address: URL, byteCount: Int? = nil, sha256: String? = nil) {
        self.name = name
        self.address = address
        self.byteCount = byteCount
        self.sha256 = sha256
    }

    /// Whether it is unpacked when it has come, into a folder of its name without the ending.
    public var isArchive: Bool { name.hasSuffix(Self.archiveEnding) }

    /// What lies in the folder in the end: the file itself, or the folder into which an archive is unpacked.
    public func product(in folder: URL) -> URL {
        folder.appendingPathComponent(isArchive ? String(name.dropLast(Self.archiveEnding.count)) : name)
    }

    private static let archiveEnding = ".tar.gz"
}
