/// A Swift type that can be the element of a ``StoredTensor``.
public protocol StoredElement {
    /// The element type in a file.
    static var storedDType: StoredDType { get }
}

extension Float16: StoredElement {
    /// `float16`.
    public static var storedDType: StoredDType { .float16 }
}

extension Float: StoredElement {
    /// `float32`.
    public static var storedDType: StoredDType { .float32 }
}

extension Double: StoredElement {
    /// `float64`.
    public static var storedDType: StoredDType { .float64 }
}

extension Int8: StoredElement {
    /// `int8`.
    public static var storedDType: StoredDType { .int8 }
}

extension Int16: StoredElement {
    /// `int16`.
    public static var storedDType: StoredDType { .int16 }
}

extension Int32: StoredElement {
    /// `int32`.
    public static var storedDType: StoredDType { .int32 }
}

extension Int64: StoredElement {
    /// `int64`.
    public static var storedDType: StoredDType { .int64 }
}

extension Int: StoredElement {
    /// `int64`.
    public static var storedDType: StoredDType { .int64 }
}

extension UInt8: StoredElement {
    /// `uint8`.
    public static var storedDType: StoredDType { .uint8 }
}

extension UInt16: StoredElement {
    /// `uint16`.
    public static var storedDType: StoredDType { .uint16 }
}

extension UInt32: StoredElement {
    /// `uint32`.
    public static var storedDType: StoredDType { .uint32 }
}

extension UInt64: StoredElement {
    /// `uint64`.
    public static var storedDType: StoredDType { .uint64 }
}

extension Bool: StoredElement {
    /// `bool`.
    public static var storedDType: StoredDType { .bool }
}
