import Foundation
import TensorFiles

/// A pack while it is written: blocks first, the index behind them, the header last; then it is renamed.
///
/// It grows beside its place as `.NAME.partial`. What a killed run left there is written over by the next one.
final class PackFile {
    private let url: URL
    private let partial: String
    private let storage: PackFormat.Storage
    private let recipe: FeatureRecipe
    private var descriptor: Int32
    private var offset = PackFormat.headerSize
    private var videos: [(name: String, entry: PackFormat.Entry)] = []
    private var texts: [(name: String, entry: PackFormat.Entry)] = []

    /// - Throws: `TensorFileError` where the file cannot be written or another process is at it.
    init(_ url: URL, recipe: FeatureRecipe, storage: PackFormat.Storage) throws {
        self.url = url
        self.recipe = recipe
        self.storage = storage
        partial = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial").path
        descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.unwritable(url) }
        // Whoever held the lock may just have renamed the file: then it is a finished pack, not ours to write over.
        var opened = stat()
        var named = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0,
            stat(partial, &named) == 0, opened.st_ino == named.st_ino
        else {
            close(descriptor)
            descriptor = -1
            throw TensorFileError(file: url.path, problem: .unwritable("another process is writing it just now"))
        }
        guard ftruncate(descriptor, 0) == 0 else { throw Self.unwritable(url) }
    }

    /// What was not finished goes away.
    deinit {
        if descriptor >= 0 {
            unlink(partial)
            close(descriptor)
        }
    }

    func append(_ subject: FeatureError.Subject, _ block: PackBlock) throws {
        try write(block.bytes, at: offset)
        let entry = PackFormat.Entry(
            offset: offset, rows: block.rows, checksum: block.checksum, clipLength: block.clipLength)
        if subject == .video {
            videos.append((block.name, entry))
        } else {
            texts.append((block.name, entry))
        }
        offset += block.bytes.count
        // The file grows by whole blocks, so what lies between is zeros.
        offset = (offset + PackFormat.alignment - 1) / PackFormat.alignment * PackFormat.alignment
    }

    /// Writes index and header, flushes and renames. Returns the file's length.
    func finish() throws -> Int {
        let index = try indexBytes()
        try write(index, at: offset)
        let length = offset + index.count
        var header = PackBytes(bytes: PackFormat.magic)
        header.append(PackFormat.version)
        header.append(storage.rawValue)
        header.append(UInt64(length))
        header.append(UInt64(offset))
        header.append(UInt64(index.count))
        header.append(index.withUnsafeBytes(PackChecksum.of))
        header.append(UInt64(0))
        header.append(header.bytes.withUnsafeBytes(PackChecksum.of))
        try write(header.bytes, at: 0)
        guard fsync(descriptor) == 0, rename(partial, url.path) == 0 else { throw Self.unwritable(url) }
        close(descriptor)
        descriptor = -1
        let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)  // The rename itself; some file systems cannot.
            close(folder)
        }
        return length
    }

    private func indexBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var index = PackBytes()
        index.append(sized: try encoder.encode(recipe), as: UInt64.self)
        for entries in [videos, texts] {
            index.append(UInt64(entries.count))
            for (name, entry) in entries {
                index.append(sized: name.utf8, as: UInt32.self)
                index.append(UInt64(entry.offset))
                index.append(UInt64(entry.rows))
                index.append(entry.checksum)
                index.append(entry.clipLength.bitPattern)
            }
        }
        return index.bytes
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
                if written < 0 {
                    if errno == EINTR { continue }
                    throw Self.unwritable(url)
                }
                done += written
            }
        }
    }

    private static func unwritable(_ url: URL) -> TensorFileError {
        TensorFileError(file: url.path, problem: .unwritable(String(cString: strerror(errno))))
    }
}

/// A block as it will stand in the file.
struct PackBlock: Sendable {
    let name: String
    let rows: Int
    let clipLength: Double
    let bytes: [UInt8]
    let checksum: UInt64

    /// Reads rows, one block after the other, and stores them.
    ///
    /// - Throws: what reading throws; ``HalfOverflow`` where a number does not fit.
    init(name: String, clipLength: Double, _ blocks: [any FeatureRows], storage: PackFormat.Storage) throws {
        self.name = name
        self.clipLength = clipLength
        rows = blocks[0].count
        let count = blocks.reduce(0) { $0 + $1.count * $1.width }
        let numbers = try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            guard var place = buffer.baseAddress else { return }
            for block in blocks {
                try block.write(to: place)
                place += block.count * block.width
            }
            filled = count
        }
        switch storage {
        case .float32: bytes = numbers.withUnsafeBytes { [UInt8]($0) }
        case .float16:
            let halves = numbers.map { Float16($0) }
            guard halves.allSatisfy(\.isFinite) else { throw HalfOverflow(name: name) }
            bytes = halves.withUnsafeBytes { [UInt8]($0) }
        }
        checksum = bytes.withUnsafeBytes(PackChecksum.of)
    }
}

/// Features that are not normalised can be too large for half precision.
public struct HalfOverflow: Error, Sendable, Equatable, CustomStringConvertible {
    /// The video's name, or the qid.
    public let name: String
    /// The message.
    public var description: String {
        "Features of \(name) hold numbers beyond 65504, which float16 cannot. Store float32, or normalise."
    }
}
