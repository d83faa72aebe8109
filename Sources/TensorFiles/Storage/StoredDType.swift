/// The element type of an array in a file.
public enum StoredDType: String, Sendable, Hashable, CaseIterable, Codable {
    /// IEEE 754 half precision, 2 bytes.
    case float16
    /// The upper half of a `float32`, 2 bytes.
    case bfloat16
    /// IEEE 754 single precision, 4 bytes.
    case float32
    /// IEEE 754 double precision, 8 bytes.
    case float64
    /// A signed integer of 1 byte.
    case int8
    /// A signed integer of 2 bytes.
    case int16
    /// A signed integer of 4 bytes.
    case int32
    /// A signed integer of 8 bytes.
    case int64
    /// An unsigned integer of 1 byte.
    case uint8
    /// An unsigned integer of 2 bytes.
    case uint16
    /// An unsigned integer of 4 bytes.
    case uint32
    /// An unsigned integer of 8 bytes.
    case uint64
    /// A truth value in 1 byte; every byte but 0 is true.
    case bool

    /// The bytes of one element.
    public var itemSize: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether the elements have a fractional part.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }

    /// The bytes that an array of this type and `shape` fills; nil where a dimension is negative or the number
    /// does not fit into an `Int`.
    public func byteCount(ofShape shape: [Int]) -> Int? {
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        if shape.contains(0) { return 0 }
        var bytes = itemSize
        for extent in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }
}
