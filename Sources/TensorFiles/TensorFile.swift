import Foundation

/// A file of arrays of any format read here, told by its contents and not by its name.
public enum TensorFile: Sendable {
    /// A safetensors file.
    case safetensors(SafetensorsFile)
    /// A `.npz` file.
    case npz(NPZFile)
    /// A `.npy` file: one array without a name.
    case npy(StoredTensor)
    /// A PyTorch checkpoint or another pickle.
    case torch(TorchArchive)
    /// An HDF5 file.
    case hdf5(HDF5File)

    /// Opens a file and finds out what it is. Throws ``TensorFileError``, which says what the file is where it
    /// is none of these: a web page saved as `.npz`, a Git LFS pointer, an empty file.
    public static func open(_ url: URL) throws -> TensorFile {
        let storage = try ByteStorage(mapping: url)
        if FileKind.of(ByteSlice(storage)) == .hdf5 { return .hdf5(try HDF5File(contentsOf: url)) }
        return try open(storage, FilePlace(url))
    }

    /// Opens the bytes of a file of any format but HDF5, whose library wants to open files itself.
    static func open(_ storage: ByteStorage, _ place: FilePlace) throws -> TensorFile {
        let bytes = ByteSlice(storage)
        switch FileKind.of(bytes) {
        case .safetensors: return .safetensors(try SafetensorsFile(storage: storage, file: place.file))
        case .npy: return .npy(try NPYFile.read(storage: storage, file: place.file))
        case .pickle: return .torch(try TorchArchive(storage: storage, file: place.file))
        case .hdf5: throw place.unsupported("an HDF5 file inside of another")
        case .zip:
            let archive = try ZipArchive(bytes, place, verifyChecksums: true)
            if TorchArchive.pickleName(in: archive) != nil { return .torch(try TorchArchive(archive)) }
            let file = NPZFile(archive)
            guard !file.names.isEmpty || archive.entries.isEmpty else {
                throw place.error(.wrongFormat("this is a zip archive, but no .npy array and no checkpoint is in it"))
            }
            return .npz(file)
        case .empty: throw place.error(.empty)
        case .webPage: throw place.error(.webPage)
        case .unknown(let what): throw place.error(.wrongFormat(what))
        }
    }

    /// The format in words.
    public var format: String {
        switch self {
        case .safetensors: "safetensors"
        case .npz: "NumPy archive (npz)"
        case .npy: "NumPy array (npy)"
        case .torch(let archive): archive.format.rawValue
        case .hdf5: "HDF5"
        }
    }

    /// The arrays' names, in the file's order: a checkpoint's are the paths to its tensors, joined with dots,
    /// and a `.npy` file's only one is empty. Throws ``TensorFileError``.
    public func names() throws -> [String] {
        switch self {
        case .safetensors(let file): file.names
        case .npz(let file): file.names
        case .npy: [""]
        case .torch(let archive): archive.tensors.names
        case .hdf5(let file): try file.names()
        }
    }

    /// The array of a name. Throws ``TensorFileError``.
    public func tensor(named name: String) throws -> StoredTensor {
        switch self {
        case .safetensors(let file): return try file.tensor(named: name)
        case .npz(let file): return try file.tensor(named: name)
        case .npy(let tensor): return tensor
        case .torch(let archive):
            let tensors = archive.tensors
            guard let tensor = tensors[name] else {
                throw archive.place.error(.noSuchArray(name, available: tensors.names))
            }
            return tensor
        case .hdf5(let file): return try file.tensor(named: name)
        }
    }
}
