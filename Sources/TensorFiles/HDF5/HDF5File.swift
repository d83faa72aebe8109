import CHDF5
import Foundation

/// An HDF5 file, as feature collections come: one data set a video, named after it.
///
/// Data sets in groups have their path as name, such as `features/RoripwjYFp8`. Arrays are read when asked for.
/// All calls of all files are made one after another, because libhdf5 needs it.
public final class HDF5File: @unchecked Sendable {
    // Sendable: the handle is constant and only used under the library's lock, as is the list of names.

    private let handle: hid_t
    private let place: FilePlace
    private let fileSize: Int
    private var listedNames: [String]?

    /// Opens a file for reading. Throws ``TensorFileError``.
    public init(contentsOf url: URL) throws {
        place = FilePlace(url)
        let storage = try ByteStorage(mapping: url)
        try FileKind.require(.hdf5, in: ByteSlice(storage), place)
        fileSize = storage.count
        let place = place
        handle = try HDF5Library.exclusively {
            let (handle, reason) = HDF5Library.reason { moments_h5_open(url.path, $0) }
            guard handle >= 0 else { throw place.damaged("the HDF5 library cannot open it: \(reason)") }
            return handle
        }
    }

    deinit {
        let handle = handle
        HDF5Library.exclusively { _ = H5Fclose(handle) }
    }

    /// The names of all data sets, sorted, with their groups' names before them. Throws ``TensorFileError``.
    public func names() throws -> [String] {
        try HDF5Library.exclusively { try listNames() }
    }

    private func listNames() throws -> [String] {
        if let listedNames { return listedNames }
        let links = LinkList()
        let status = moments_h5_visit(
            handle,
            { _, name, info, context in
                guard let name, let info, let context else { return -1 }
                // Only hard links: a soft one leads to the same place again, an outside one to another file.
                if info.pointee.type == H5L_TYPE_HARD {
                    Unmanaged<LinkList>.fromOpaque(context).takeUnretainedValue().names.append(String(cString: name))
                }
                return 0
            }, Unmanaged.passUnretained(links).toOpaque())
        guard status >= 0 else { throw place.damaged("its groups cannot be listed: \(HDF5Library.reason())") }
        let names = links.names.filter { moments_h5_is_dataset(handle, $0) != 0 }.sorted()
        listedNames = names
        return names
    }

    /// Reads the data set of a name or path, in C order. Throws ``TensorFileError``.
    public func tensor(named name: String) throws -> StoredTensor {
        try HDF5Library.exclusively {
            let dataset = name.isEmpty || name.utf8.contains(0) ? -1 : moments_h5_dataset(handle, name)
            guard dataset >= 0 else {
                let reason = HDF5Library.reason()
                let names = try listNames()
                if names.contains(name) { throw place.at(name).damaged("it cannot be opened: \(reason)") }
                throw place.error(.noSuchArray(name, available: names))
            }
            defer { H5Dclose(dataset) }
            guard moments_h5_lies_elsewhere(dataset) == 0 else {
                throw place.at(name).unsupported(
                    "a data set whose elements lie in other files. Copy them into this one")
            }
            return try read(dataset, place.at(name))
        }
    }

    private func read(_ dataset: hid_t, _ place: FilePlace) throws -> StoredTensor {
        let fileType = H5Dget_type(dataset)
        defer { H5Tclose(fileType) }
        guard let dtype = HDF5Library.elementType(fileType) else {
            throw place.unsupported("its element type. Numbers of 1, 2, 4 or 8 bytes and bool are read")
        }
        let shape = try shape(dataset, place)
        guard let byteCount = dtype.byteCount(ofShape: shape) else {
            throw place.tooLarge("the shape \(shape) is larger than any memory")
        }
        // What is not in the file is filled in by the library: a small file must not fill the memory that way.
        guard byteCount / 1032 <= fileSize + (1 << 16) else {
            throw place.tooLarge("its shape \(shape) claims \(byteCount) bytes in a file of \(fileSize)")
        }
        let type = dtype == .bool ? H5Tcopy(fileType) : HDF5Library.type(dtype)
        guard type >= 0 else { throw place.damaged("its element type is wrong: \(HDF5Library.reason())") }
        defer { H5Tclose(type) }
        let storage = try place.naming {
            try ByteStorage(count: byteCount) { bytes in
                if byteCount == 0 { return }
                guard moments_h5_read(dataset, type, bytes.baseAddress) >= 0 else {
                    throw place.damaged("it cannot be read: \(HDF5Library.reason())")
                }
            }
        }
        return StoredTensor(dtype: dtype, shape: shape, storage: storage)
    }

    private func shape(_ dataset: hid_t, _ place: FilePlace) throws -> [Int] {
        let space = H5Dget_space(dataset)
        guard space >= 0 else { throw place.damaged("its shape cannot be read: \(HDF5Library.reason())") }
        defer { H5Sclose(space) }
        switch H5Sget_simple_extent_type(space) {
        case H5S_SCALAR: return []
        case H5S_NULL: throw place.unsupported("a data set without a shape")
        default: break
        }
        var extents = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
        let rank = H5Sget_simple_extent_dims(space, &extents, nil)
        guard rank >= 0 else { throw place.damaged("its shape cannot be read: \(HDF5Library.reason())") }
        return try extents.prefix(Int(rank)).map { extent in
            guard let extent = Int(exactly: extent) else { throw place.damaged("a dimension is no size") }
            return extent
        }
    }

    /// Writes data sets to an HDF5 file, with the groups that their names' slashes ask for: beside its place,
    /// flushed, then renamed. Throws ``TensorFileError``.
    public static func write(_ tensors: OrderedTensors, to url: URL) throws {
        let place = FilePlace(url)
        try AtomicFile.replace(url) { temporary in
            try HDF5Library.exclusively {
                let handle = moments_h5_create(temporary)
                guard handle >= 0 else { throw place.error(.unwritable(HDF5Library.reason())) }
                defer { H5Fclose(handle) }
                for (name, tensor) in tensors { try write(tensor, name, into: handle, place.at(name)) }
                guard H5Fflush(handle, H5F_SCOPE_GLOBAL) >= 0 else {
                    throw place.error(.unwritable(HDF5Library.reason()))
                }
            }
        }
    }

    private static func write(_ tensor: StoredTensor, _ name: String, into handle: hid_t, _ place: FilePlace) throws {
        let type = HDF5Library.type(tensor.dtype)
        defer { H5Tclose(type) }
        let extents = tensor.shape.map { hsize_t($0) }
        let (status, reason) = HDF5Library.reason { message in
            tensor.withUnsafeBytes { bytes in
                moments_h5_write(handle, name, type, Int32(extents.count), extents, bytes.baseAddress, message)
            }
        }
        guard status >= 0 else { throw place.error(.unwritable(reason)) }
    }
}

private final class LinkList {
    var names: [String] = []
}
