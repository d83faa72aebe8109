import Foundation

/// A PyTorch checkpoint (`.pt`, `.pth`, `.ckpt`, `.pyth`), or any pickle of arrays (`.pkl`), read as data.
///
/// Both formats of `torch.save` are read (the zip archive, and the one before version 1.6), TorchScript
/// archives, and plain pickles with NumPy arrays. The pickle is parsed, and nothing in it is ever run: what is no
/// array and no plain value becomes a description (``PickleObject``), and a pickle that asks to call a function
/// is refused with the function's name.
public struct TorchArchive: Sendable {
    /// The ways in which a checkpoint is written.
    public enum Format: String, Sendable {
        /// `torch.save` since version 1.6.
        case zip = "PyTorch zip archive"
        /// `torch.save` before version 1.6.
        case legacy = "PyTorch legacy format"
        /// `torch.jit.save`.
        case torchScript = "TorchScript archive"
        /// `pickle.dump`.
        case pickle = "Python pickle"
    }

    /// What was saved. Tensors are windows onto the file, or copies in C order where they lie in another order.
    public let value: PickleValue
    /// How it was saved.
    public let format: Format

    let place: FilePlace

    /// Maps a checkpoint and reads it. Throws ``TensorFileError``.
    ///
    /// With `verifyChecksums` the CRC-32 of every tensor of a zip archive is compared.
    public init(contentsOf url: URL, verifyChecksums: Bool = true) throws {
        try self.init(storage: ByteStorage(mapping: url), file: url.path, verifyChecksums: verifyChecksums)
    }

    /// Reads the bytes of a checkpoint; `file` is what errors call it. Throws ``TensorFileError``.
    public init(storage: ByteStorage, file: String, verifyChecksums: Bool = true) throws {
        let place = FilePlace(file: file)
        try self.init(ByteSlice(storage), place, verifyChecksums: verifyChecksums, nesting: 0)
    }

    init(_ archive: ZipArchive) throws {
        place = archive.place
        (value, format) = try TorchArchive.readZip(archive, nesting: 0)
    }

    private init(_ bytes: ByteSlice, _ place: FilePlace, verifyChecksums: Bool, nesting: Int) throws {
        guard nesting < 4 else { throw place.tooLarge("checkpoints nested inside each other") }
        self.place = place
        if FileKind.of(bytes) == .zip {
            let archive = try ZipArchive(bytes, place, verifyChecksums: verifyChecksums)
            (value, format) = try TorchArchive.readZip(archive, nesting: nesting)
        } else {
            try FileKind.require(.pickle, in: bytes, place)
            (value, format) = try TorchArchive.readPickle(bytes, place, nesting: nesting)
        }
    }

    /// What a zip archive must hold to be a checkpoint: the name of its pickle.
    static func pickleName(in archive: ZipArchive) -> String? {
        let names = archive.entries.lazy.map(\.name).filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
        return names.min { $0.utf8.count < $1.utf8.count }
    }

    private static func readZip(_ archive: ZipArchive, nesting: Int) throws -> (PickleValue, Format) {
        guard let name = pickleName(in: archive), let entry = archive.entry(named: name) else {
            throw archive.place.error(.wrongFormat("this is a zip archive, but no checkpoint: it has no data.pkl"))
        }
        let root = name.dropLast("data.pkl".count)
        var isBigEndian = false
        if let order = archive.entry(named: root + "byteorder") {
            isBigEndian = try archive.contents(of: order).matches(Array("big".utf8))
        }
        let cache = StorageCache { key in
            let name = "\(root)data/\(key)"
            guard let member = archive.entry(named: name) else {
                throw archive.place.damaged("the tensor storage \(name) is missing from the archive")
            }
            return try archive.contents(of: member)
        }
        let pickle = try archive.contents(of: entry)
        let place = archive.place.at(name)
        let graph = try PickleMachine.read(pickle, place).graph
        let value = try interpret(
            graph, place, TorchStorages(isBigEndian: isBigEndian, bytes: cache.bytes),
            byteCount: archive.byteCount, nesting)
        let isScript = archive.entry(named: root + "constants.pkl") != nil
        return (value, isScript ? .torchScript : .zip)
    }

    private static func readPickle(_ bytes: ByteSlice, _ place: FilePlace, nesting: Int) throws -> (PickleValue, Format)
    {
        let first = try PickleMachine.read(bytes, place)
        if LegacyCheckpoint.begins(with: first.graph) {
            let checkpoint = try LegacyCheckpoint(bytes, after: first.end, place)
            let storages = TorchStorages { key in try checkpoint.storage(key, place) }
            let value = try interpret(checkpoint.graph, place, storages, byteCount: bytes.count, nesting)
            return (value, .legacy)
        }
        let storages = TorchStorages { key in
            throw place.unsupported("a tensor whose storage \(key) lies outside of the pickle")
        }
        return (try interpret(first.graph, place, storages, byteCount: bytes.count, nesting), .pickle)
    }

    private static func interpret(
        _ graph: PickleGraph, _ place: FilePlace, _ storages: TorchStorages, byteCount: Int, _ nesting: Int
    ) throws -> PickleValue {
        // A checkpoint's views rarely repeat: what is copied is about as long as the file.
        let allowance = min(byteCount, Int.max / 8) * 4 + (64 << 20)
        return try PickleInterpreter.value(of: graph, place, storages: storages, copyAllowance: allowance) { inner in
            // The inner checkpoint's own buffer, so that its arrays are aligned.
            let copy = ByteSlice(inner.withBytes { ByteStorage(copying: $0) })
            return try TorchArchive(copy, place, verifyChecksums: true, nesting: nesting + 1).value
        }
    }
}

/// Storages are shared between tensors: each is looked up, and its checksum compared, only once.
private final class StorageCache {
    private var storages: [String: ByteSlice] = [:]
    private let load: (String) throws -> ByteSlice

    init(_ load: @escaping (String) throws -> ByteSlice) {
        self.load = load
    }

    func bytes(_ key: String) throws -> ByteSlice {
        if let bytes = storages[key] { return bytes }
        let bytes = try load(key)
        storages[key] = bytes
        return bytes
    }
}
