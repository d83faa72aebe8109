import CHDF5
import Foundation

/// The one door to libhdf5, which is not safe to enter from two threads, and which prints its errors.
enum HDF5Library {
    private static let lock = NSLock()

    /// Calls `body` alone and with the library's own printing switched off.
    static func exclusively<R>(_ body: () throws -> R) rethrows -> R {
        lock.lock()
        defer { lock.unlock() }
        moments_h5_silence()
        return try body()
    }

    /// The library's words for what failed last on this thread. To be asked before any other call.
    static func reason() -> String {
        reason { moments_h5_reason($0) }.words
    }

    /// Calls `body` with room for the library's words.
    static func reason<R>(_ body: (UnsafeMutablePointer<CChar>) -> R) -> (result: R, words: String) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            message.initialize(repeating: 0)
            let result = body(message.baseAddress!)
            let words = String(cString: message.baseAddress!)
            return (result, words.isEmpty ? "the HDF5 library gives no reason" : words)
        }
    }

    /// The element type of an HDF5 type; nil where it is none of ours.
    static func elementType(_ type: hid_t) -> StoredDType? {
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_INTEGER:
            let isSigned = H5Tget_sign(type) == H5T_SGN_2
            switch size {
            case 1: return isSigned ? .int8 : .uint8
            case 2: return isSigned ? .int16 : .uint16
            case 4: return isSigned ? .int32 : .uint32
            case 8: return isSigned ? .int64 : .uint64
            default: return nil
            }
        case H5T_FLOAT:
            var (exponent, mantissa) = (0, 0)
            guard moments_h5_float_parts(type, &exponent, &mantissa) >= 0 else { return nil }
            switch (size, exponent, mantissa) {
            case (2, 5, 10): return .float16
            case (2, 8, 7): return .bfloat16
            case (4, 8, 23): return .float32
            case (8, 11, 52): return .float64
            default: return nil
            }
        case H5T_ENUM:
            // Python's bool: an enumeration of FALSE and TRUE in a byte.
            return size == 1 && H5Tget_nmembers(type) == 2 ? .bool : nil
        default: return nil
        }
    }

    /// A new HDF5 type for little-endian elements, for the caller to close.
    static func type(_ dtype: StoredDType) -> hid_t {
        switch dtype {
        case .float16: moments_h5_float(2, 5, 10)
        case .bfloat16: moments_h5_float(2, 8, 7)
        case .float32: moments_h5_float(4, 8, 23)
        case .float64: moments_h5_float(8, 11, 52)
        case .int8, .int16, .int32, .int64: moments_h5_integer(dtype.itemSize, 1)
        case .uint8, .uint16, .uint32, .uint64: moments_h5_integer(dtype.itemSize, 0)
        case .bool: booleanType()
        }
    }

    private static func booleanType() -> hid_t {
        let byte = moments_h5_integer(1, 1)
        defer { H5Tclose(byte) }
        let type = H5Tenum_create(byte)
        for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
            withUnsafeBytes(of: value) { _ = H5Tenum_insert(type, name, $0.baseAddress) }
        }
        return type
    }
}
