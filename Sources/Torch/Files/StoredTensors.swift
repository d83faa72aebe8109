import TensorFiles

extension DType {
    /// The matching element type in a file.
    public var stored: StoredDType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .float16: .float16
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .bfloat16: .bfloat16
        }
    }

    /// The type of a tensor made from a file's elements.
    ///
    /// libtorch can hardly compute with wide unsigned integers. So `uint16` becomes `int32`, `uint32` `int64`, and
    /// `uint64`, which no integer holds, `float64`.
    public init(_ stored: StoredDType) {
        switch stored {
        case .uint8: self = .uint8
        case .int8: self = .int8
        case .int16: self = .int16
        case .int32, .uint16: self = .int32
        case .int64, .uint32: self = .int64
        case .float16: self = .float16
        case .float32: self = .float32
        case .float64, .uint64: self = .float64
        case .bool: self = .bool
        case .bfloat16: self = .bfloat16
        }
    }
}

extension Tensor {
    /// A file's array as a tensor of the same shape, on the CPU.
    ///
    /// Where the array is aligned to its elements, as in every safetensors file of this library, no byte is copied: the
    /// tensor lies in the mapped file and keeps it mapped. So it is read-only. Use `cloned()` before an
    /// `inPlace…` operation. The element type follows ``DType/init(_:)``.
    public init(_ array: StoredTensor) {
        switch array.dtype {
        case .uint16, .uint32:
            self = Tensor(array.doubles().map { Int($0) }, shape: array.shape).to(DType(array.dtype))
        case .uint64:
            self = Tensor(array.doubles(), shape: array.shape)
        case .bool where !array.withUnsafeBytes({ $0.allSatisfy { $0 <= 1 } }):
            // Any byte but 0 is true in a file; libtorch knows only 0 and 1.
            self = Tensor(array.doubles().map { $0 != 0 }, shape: array.shape)
        default:
            let aligned = array.aligned()
            let bytes = UnsafeRawBufferPointer(
                start: aligned.storage.base + aligned.byteOffset, count: aligned.byteCount)
            self.init(borrowing: bytes, owner: aligned.storage, shape: aligned.shape, dtype: DType(aligned.dtype))
        }
    }
}

extension StoredTensor {
    /// A copy of a tensor's elements for a file: in C order, whatever the tensor's strides and device are.
    public init(_ tensor: Tensor) {
        let copy = Tensor.empty(tensor.shape, dtype: tensor.dtype)
        withoutGradient { copy.inPlaceCopy(tensor) }
        let storage = copy.withUnsafeMutableBytes { bytes in
            // The memory is libtorch's; the storage holds the tensor until its own end.
            let base = bytes.baseAddress.map { UnsafeRawPointer($0) } ?? Self.nowhere
            return ByteStorage(base: base, count: bytes.count) { _ in withExtendedLifetime(copy) {} }
        }
        self.init(dtype: tensor.dtype.stored, shape: tensor.shape, storage: storage)
    }

    /// An address for arrays without elements.
    private static var nowhere: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 64)! }
}
