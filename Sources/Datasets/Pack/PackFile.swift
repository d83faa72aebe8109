import Foundation
import TensorFiles

/// A pack while it is written: blocks first, the index behind them, the header last; then it is renamed.
///
/// It grows beside its place as `.NAME.partial`, with a ``PackJournal`` of its blocks. What an interrupted call left there
/// is taken over by the next one that packs the same, as far as it is whole.
final class PackFile {
    private let url: URL
    private let partial: String
    private let storage: PackFormat.Storage
    private let recipe: FeatureRecipe
    private var descriptor: Int32
    private var offset = PackFormat.headerSize
    private let journal: PackJournal
    private var lines: FileHandle?
    /// The blocks so far, in their order.
    private(set) var videos: [(name: String, entry: PackFormat.Entry)] = []
    /// See ``videos``.
    private(set) var texts: [(name: String, entry: PackFormat.Entry)] = []

    /// - Parameter isCurrent: Whether the files of a block still have a stamp.
    /// - Throws: `TensorFileError` where the file cannot be written or another process is at it.
    init(
        _ url: URL, recipe: FeatureRecipe, storage: PackFormat.Storage, journal: PackJournal,
        isCurrent: (FeatureError.Subject, _ name: String, _ stamp: UInt64?) -> Bool = { _, _, _ in true }
    ) throws {
        self.url = url
        self.recipe = recipe
        self.storage = storage
        self.journal = journal
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
        do {
            let kept = try takeOver(journal.lines(), isCurrent)
            guard ftruncate(descriptor, kept.isEmpty ? 0 : off_t(offset)) == 0 else { throw Self.unwritable(url) }
            lines = try journal.open(kept)
        } catch let error as TensorFileError {
            throw error
        } catch {
            throw TensorFileError(file: url.path, problem: .unwritable(error.localizedDescription))
        }
    }

    /// What is begun stays, for the next call to go on from; where there is nothing yet, nothing stays.
    deinit {
        guard descriptor >= 0 else { return }
        if videos.isEmpty, texts.isEmpty {
            unlink(partial)
            unlink(journal.url.path)
        }
        close(descriptor)
    }

    /// Keeps the first blocks that are whole and whose files have not changed.
    private func takeOver(
        _ lines: [PackJournal.Line],
        _ isCurrent: (FeatureError.Subject, _ name: String, _ stamp: UInt64?) -> Bool
    ) throws -> [PackJournal.Line] {
        var kept: [PackJournal.Line] = []
        for line in lines {
            guard line.offset == offset, line.rows > 0,
                let size = PackReader.blockSize(line.subject, rows: line.rows, recipe, storage),
                try checksum(at: offset, size: size) == line.checksum,
                isCurrent(line.subject, line.name, line.stamp)
            else { break }
            add(
                line.subject, line.name,
                .init(offset: offset, rows: line.rows, checksum: line.checksum, clipLength: line.clipLength),
                size: size)
            kept.append(line)
        }
        return kept
    }

    /// Nil where the file has fewer bytes.
    private func checksum(at offset: Int, size: Int) throws -> UInt64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, offset + size <= Int(status.st_size) else { return nil }
        return try withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { bytes in
            var done = 0
            while done < size {
                let count = pread(descriptor, bytes.baseAddress! + done, size - done, off_t(offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.unwritable(url) }
                done += count
            }
            return PackChecksum.of(UnsafeRawBufferPointer(bytes))
        }
    }

    func append(_ subject: FeatureError.Subject, _ block: PackBlock) throws {
        try write(block.bytes, at: offset)
        let line = PackJournal.Line(
            subject: subject, name: block.name, offset: offset, rows: block.rows, checksum: block.checksum,
            clipLength: block.clipLength, stamp: block.stamp)
        do {
            try lines?.write(contentsOf: PackJournal.bytes(line))
        } catch {
            throw TensorFileError(file: url.path, problem: .unwritable(error.localizedDescription))
        }
        add(
            subject, block.name,
            .init(offset: offset, rows: block.rows, checksum: block.checksum, clipLength: block.clipLength),
            size: block.bytes.count)
    }

    private func add(_ subject: FeatureError.Subject, _ name: String, _ entry: PackFormat.Entry, size: Int) {
        if subject == .video {
            videos.append((name, entry))
        } else {
            texts.append((name, entry))
        }
        offset += size
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
        unlink(journal.url.path)
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
