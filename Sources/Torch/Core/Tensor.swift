import CTorch

/// An array of numbers in libtorch, with any count of dimensions.
///
/// A tensor is a reference to its elements, as in PyTorch: views share them, and `inPlace…` operations change them for all
/// views. Everything else makes a new tensor. An operation that cannot work stops the program with its name, the
/// shapes and the caller's line.
///
///     let x = Tensor([[1, 2], [3, 4]])
///     let y = x.matmul(x.transposed()) + 1      // 2×2
public struct Tensor: @unchecked Sendable {
    let handle: TensorHandle

    @inline(__always)
    var raw: CTTensor { handle.raw }

    @inline(__always)
    init(owning raw: CTTensor) { handle = TensorHandle(raw) }
}

/// Gives a tensor back to libtorch when the last Swift copy of it dies.
final class TensorHandle {
    let raw: CTTensor

    @inline(__always)
    init(_ raw: CTTensor) { self.raw = raw }

    deinit { ct_free(raw) }
}

extension Tensor {
    /// Count of dimensions.
    public var rank: Int {
        var rank: Int32 = 0
        run("rank", []) { ct_rank(raw, &rank) }
        return Int(rank)
    }

    /// Sizes of the dimensions.
    public var shape: [Int] { layout.shape }

    /// Steps, in elements, from one entry of a dimension to the next.
    public var strides: [Int] { layout.strides }

    /// Count of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Size of one dimension; negative ones count from the end.
    public func size(_ dim: Int) -> Int {
        let shape = shape
        let index = dim < 0 ? dim + shape.count : dim
        guard shape.indices.contains(index) else { fail("size(\(dim))", [self], "there is no such dimension") }
        return shape[index]
    }

    /// Type of the elements.
    public var dtype: DType {
        var dtype = CTFloat32
        run("dtype", []) { ct_dtype(raw, &dtype) }
        guard let known = DType(rawValue: Int32(bitPattern: dtype.rawValue)) else {
            fatalError("Torch: a tensor of an element type that Moments does not know (\(dtype.rawValue))")
        }
        return known
    }

    /// Where the elements lie.
    public var device: Device {
        var device: CTDevice = -1
        run("device", []) { ct_device(raw, &device) }
        return Device(c: device)
    }

    /// Whether the elements lie in C order without gaps.
    public var isContiguous: Bool {
        var result = false
        run("isContiguous", []) { ct_is_contiguous(raw, &result) }
        return result
    }

    private var layout: (shape: [Int], strides: [Int]) {
        let rank = rank
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * Swift.max(rank, 1)) { room in
            run("shape", []) { ct_shape(raw, room.baseAddress, room.baseAddress! + rank) }
            return (room[0..<rank].map(Int.init), room[rank..<2 * rank].map(Int.init))
        }
    }
}

extension Tensor: CustomStringConvertible {
    /// Shape, type, and the first elements: `[2, 3] float32: 1.0, 2.0, …`.
    public var description: String {
        let shown = flattened()[0..<Swift.min(count, 8)].doubles().map { "\($0)" }.joined(separator: ", ")
        return "\(shape) \(dtype): \(shown)\(count > 8 ? ", …" : "")"
    }
}
