import CTorch

/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable, CustomStringConvertible {
    /// Whole numbers 0…255.
    case uint8 = 0
    /// Whole numbers −128…127.
    case int8 = 1
    /// Whole numbers of 2 bytes.
    case int16 = 2
    /// Whole numbers of 4 bytes.
    case int32 = 3
    /// Whole numbers of 8 bytes: positions, counts, classes.
    case int64 = 4
    /// IEEE 754 half precision.
    case float16 = 5
    /// IEEE 754 single precision; what models compute in.
    case float32 = 6
    /// IEEE 754 double precision.
    case float64 = 7
    /// Truth values: masks.
    case bool = 11
    /// The upper half of a `float32`: its range, with 8 bits of precision.
    case bfloat16 = 15

    /// Bytes an element takes.
    public var size: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether elements are floating-point numbers; only these can have gradients.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .float64, .bfloat16: true
        default: false
        }
    }

    /// PyTorch's name: `float32`, `int64`, `bool`.
    public var description: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .bool: "bool"
        case .bfloat16: "bfloat16"
        }
    }

    var c: CTDType { CTDType(rawValue: numericCast(rawValue)) }
}

/// Swift's types for elements.
public protocol TensorElement: Sendable {
    /// The matching type inside a tensor.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// `float64`.
    public static var dtype: DType { .float64 }
}
extension Int: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}
extension Int64: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}
extension Int32: TensorElement {
    /// `int32`.
    public static var dtype: DType { .int32 }
}
extension UInt8: TensorElement {
    /// `uint8`.
    public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    /// `bool`.
    public static var dtype: DType { .bool }
}
#if !arch(x86_64) || os(Linux)
    extension Float16: TensorElement {
        /// `float16`.
        public static var dtype: DType { .float16 }
    }
#endif
