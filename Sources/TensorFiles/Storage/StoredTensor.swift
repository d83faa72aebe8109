/// An array of a file: element type, shape, and its elements in C order, little-endian.
///
/// The elements lie in a ``ByteStorage``, which is often the mapped file itself. They may lie at an odd
/// address (a stored member of a zip archive lies where it falls): ``withUnsafeBytes(_:)`` always hands out an
/// aligned pointer, ``isAligned`` says whether it has to copy for that, and ``aligned()`` copies once.
public struct StoredTensor: Sendable {
    /// The element type.
    public let dtype: StoredDType
    /// The extents, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The bytes that hold the elements, among others.
    public let storage: ByteStorage
    /// Where in ``storage`` the first element begins.
    public let byteOffset: Int
    /// The number of elements.
    public let count: Int

    /// More dimensions are refused in all files. NumPy and libtorch have the same limit.
    static let rankLimit = 64

    /// A window of `shape` onto `storage`.
    ///
    /// The window must lie inside the storage: anything else is a mistake of the caller.
    public init(dtype: StoredDType, shape: [Int], storage: ByteStorage, byteOffset: Int = 0) {
        guard let bytes = dtype.byteCount(ofShape: shape), byteOffset >= 0, byteOffset <= storage.count,
            bytes <= storage.count - byteOffset
        else {
            preconditionFailure("\(dtype) \(shape) at byte \(byteOffset) leaves a storage of \(storage.count) bytes")
        }
        self.dtype = dtype
        self.shape = shape
        self.storage = storage
        self.byteOffset = byteOffset
        count = bytes / dtype.itemSize
    }

    /// Copies `values` in C order. Their number must be the product of `shape`.
    public init<Element: StoredElement>(_ values: [Element], shape: [Int]) {
        precondition(
            Element.storedDType.byteCount(ofShape: shape) == values.count * MemoryLayout<Element>.stride,
            "\(values.count) values do not fill the shape \(shape)")
        let storage = values.withUnsafeBytes { ByteStorage(copying: $0) }
        self.init(dtype: Element.storedDType, shape: shape, storage: storage)
    }

    /// Copies a list of values.
    public init<Element: StoredElement>(_ values: [Element]) {
        self.init(values, shape: [values.count])
    }

    /// The bytes of all elements together.
    public var byteCount: Int { count * dtype.itemSize }

    /// Whether the first element lies at a multiple of its size.
    public var isAligned: Bool {
        (Int(bitPattern: storage.base) + byteOffset) % dtype.itemSize == 0
    }

    /// The same array at an aligned address: itself, or a copy where it is not.
    public func aligned() -> StoredTensor {
        if isAligned { return self }
        return StoredTensor(dtype: dtype, shape: shape, storage: withBytesInPlace { ByteStorage(copying: $0) })
    }

    /// Calls `body` with the elements' bytes, aligned to the element size; the pointer is good during the call.
    ///
    /// Copies where the array is not aligned, see ``isAligned``. The memory must not be written to.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try aligned().withBytesInPlace(body)
    }

    /// Calls `body` with the elements' bytes where they lie, aligned or not.
    func withBytesInPlace<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeRawBufferPointer(start: storage.base + byteOffset, count: byteCount))
        }
    }

    /// The part with these indices on the first axis (rows of a matrix), without a copy.
    ///
    /// A scalar has no rows, and indices outside of the axis are a mistake of the caller.
    public func rows(_ range: Range<Int>) -> StoredTensor {
        precondition(!shape.isEmpty, "a scalar has no rows")
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of an array of \(shape[0]) rows")
        let rowBytes = shape[0] == 0 ? 0 : byteCount / shape[0]
        return StoredTensor(
            dtype: dtype, shape: [range.count] + shape.dropFirst(), storage: storage,
            byteOffset: byteOffset + range.lowerBound * rowBytes)
    }

    /// The same elements in another shape of as many, without a copy.
    public func reshaped(_ shape: [Int]) -> StoredTensor {
        precondition(dtype.byteCount(ofShape: shape) == byteCount, "cannot reshape \(self.shape) to \(shape)")
        return StoredTensor(dtype: dtype, shape: shape, storage: storage, byteOffset: byteOffset)
    }
}

extension StoredTensor: Equatable {
    /// Whether element type, shape and every byte agree; so a NaN equals the same NaN.
    public static func == (left: StoredTensor, right: StoredTensor) -> Bool {
        guard left.dtype == right.dtype, left.shape == right.shape else { return false }
        return left.withBytesInPlace { leftBytes in
            right.withBytesInPlace { rightBytes in leftBytes.elementsEqual(rightBytes) }
        }
    }
}

extension StoredTensor: CustomStringConvertible {
    /// Type and shape, as in `float32 75×512`.
    public var description: String {
        "\(dtype.rawValue) " + (shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×"))
    }
}
