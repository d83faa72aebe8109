import Foundation

/// A `.npz` file: named arrays in a zip archive, stored or deflated.
///
/// Opening maps the file and reads the archive's directory, no more. A stored array is a window onto the file;
/// a deflated one is unpacked each time it is asked for.
public struct NPZFile: Sendable {
    /// The arrays' names, in the archive's order: the members' names without `.npy`.
    public let names: [String]
    /// The names of members that are no `.npy` arrays. They are not read.
    public let otherMembers: [String]

    private let archive: ZipArchive

    /// Maps the file and reads its directory.
    ///
    /// With `verifyChecksums` each array's CRC-32 is compared when it is read, as NumPy does; without, a stored
    /// array costs microseconds whatever its size. Throws ``TensorFileError``.
    public init(contentsOf url: URL, verifyChecksums: Bool = true) throws {
        try self.init(storage: ByteStorage(mapping: url), file: url.path, verifyChecksums: verifyChecksums)
    }

    /// Reads the bytes of a `.npz` file; `file` is what errors call it. Throws ``TensorFileError``.
    public init(storage: ByteStorage, file: String, verifyChecksums: Bool = true) throws {
        try self.init(
            ZipArchive(ByteSlice(storage), FilePlace(file: file), verifyChecksums: verifyChecksums))
    }

    init(_ archive: ZipArchive) {
        self.archive = archive
        var names: [String] = []
        var others: [String] = []
        for entry in archive.entries {
            if entry.name.hasSuffix(".npy") {
                names.append(String(entry.name.dropLast(4)))
            } else {
                others.append(entry.name)
            }
        }
        self.names = names
        otherMembers = others
    }

    /// The array of a name, such as `features`. Throws ``TensorFileError``.
    public func tensor(named name: String) throws -> StoredTensor {
        guard let entry = archive.entry(named: name + ".npy") else {
            throw archive.place.error(.noSuchArray(name, available: names))
        }
        let place = archive.place.at(entry.name)
        let bytes = try archive.contents(of: entry)
        return try NPYHeader(bytes, place).tensor(in: bytes, place)
    }

    /// All arrays, in the archive's order. Throws ``TensorFileError``.
    public func all() throws -> OrderedTensors {
        var all = OrderedTensors()
        for name in names { all[name] = try tensor(named: name) }
        return all
    }

    /// Writes arrays to a `.npz` file: beside its place, flushed to disk, then renamed.
    ///
    /// The same arrays always give the same bytes: no times are stored. Stored arrays are aligned to 64 bytes,
    /// so that reading them copies nothing. NumPy has no bfloat16: such arrays are written as float32.
    /// Throws ``TensorFileError``.
    public static func write(_ tensors: OrderedTensors, to url: URL, deflated: Bool = false) throws {
        try AtomicFile.write(to: url) { try write(tensors, into: $0, FilePlace(url), deflated: deflated) }
    }

    /// Writes files that belong together: all are whole on the disk before the first gets its name, and where one cannot get
    /// it, those that were not there before go again.
    ///
    /// Throws ``TensorFileError``.
    public static func write(together files: [(tensors: OrderedTensors, url: URL)]) throws {
        let drafts = try files.map { tensors, url in
            let file = try AtomicFile(url)
            try write(tensors, into: file, FilePlace(url))
            return file
        }
        var new: [URL] = []
        do {
            for ((_, url), draft) in zip(files, drafts) {
                let isNew = !FileManager.default.fileExists(atPath: url.path)
                try draft.finish()
                if isNew { new.append(url) }
            }
        } catch {
            for url in new { try? FileManager.default.removeItem(at: url) }
            throw error
        }
    }

    private static func write(
        _ tensors: OrderedTensors, into file: borrowing AtomicFile, _ place: FilePlace, deflated: Bool = false
    ) throws {
        var writer = ZipWriter()
        for (name, tensor) in tensors {
            guard name.utf8.count < 0x8000 else {
                throw place.error(
                    .unwritable("an array's name of \(name.utf8.count) bytes is too long for a zip archive"))
            }
            let tensor = try tensor.forNumPy(place.at(name))
            let header = tensor.npyHeader
            try tensor.withBytesInPlace { data in
                try writer.append(named: name + ".npy", header: header, data: data, deflated: deflated, to: file)
            }
        }
        try writer.finish(to: file)
    }
}
