import Foundation

/// A `.npy` file: one array.
public enum NPYFile {
    /// Maps the file and reads its array: type, either byte order, C or Fortran order, versions 1 to 3.
    ///
    /// The array is a window onto the file where that is possible. Throws ``TensorFileError``.
    public static func read(contentsOf url: URL) throws -> StoredTensor {
        try read(storage: ByteStorage(mapping: url), file: url.path)
    }

    /// Reads the bytes of a `.npy` file; `file` is what errors call it. Throws ``TensorFileError``.
    public static func read(storage: ByteStorage, file: String) throws -> StoredTensor {
        let place = FilePlace(file: file)
        let bytes = ByteSlice(storage)
        try FileKind.require(.npy, in: bytes, place)
        return try NPYHeader(bytes, place).tensor(in: bytes, place)
    }

    /// Writes one array, in C order and little-endian, beside its place, flushed and renamed.
    ///
    /// NumPy has no bfloat16: such an array is written as float32. Throws ``TensorFileError``.
    public static func write(_ tensor: StoredTensor, to url: URL) throws {
        let tensor = try tensor.forNumPy(FilePlace(url))
        try AtomicFile.write(to: url) { file in
            try file.append(tensor.npyHeader)
            try tensor.withBytesInPlace { try file.append($0) }
        }
    }
}

extension StoredTensor {
    /// The same numbers in a type that NumPy knows. Throws where NumPy could not read the array.
    func forNumPy(_ place: FilePlace) throws -> StoredTensor {
        guard shape.count <= StoredTensor.rankLimit else {
            throw place.error(.unwritable("NumPy has no arrays of \(shape.count) dimensions"))
        }
        return dtype == .bfloat16 ? StoredTensor(floats(), shape: shape) : self
    }

    /// The header, byte by byte as NumPy writes it: version 1, padded with blanks to a multiple of 64 bytes.
    var npyHeader: [UInt8] {
        let extents = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(dtype.numPyName)', 'fortran_order': False, 'shape': (\(extents)), }"
        let unpadded = NPYHeader.magic.count + 4 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        return NPYHeader.magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
    }
}

extension StoredDType {
    fileprivate var numPyName: String {
        switch self {
        case .float16: "<f2"
        case .bfloat16, .float32: "<f4"
        case .float64: "<f8"
        case .int8: "|i1"
        case .int16: "<i2"
        case .int32: "<i4"
        case .int64: "<i8"
        case .uint8: "|u1"
        case .uint16: "<u2"
        case .uint32: "<u4"
        case .uint64: "<u8"
        case .bool: "|b1"
        }
    }
}
