/// An array that lies in memory in any order: Fortran order, a transposed or sliced view, either byte order.
struct StridedView {
    let dtype: StoredDType
    let shape: [Int]
    /// Steps in elements, not bytes, one an axis; none is negative.
    let strides: [Int]
    let bigEndian: Bool

    /// The steps of C order.
    static func contiguousStrides(_ shape: [Int]) -> [Int] {
        var step = 1
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.reversed() {
            strides[axis] = step
            step = step &* max(shape[axis], 1)
        }
        return strides
    }

    /// The steps of Fortran order.
    static func fortranStrides(_ shape: [Int]) -> [Int] {
        contiguousStrides(shape.reversed()).reversed()
    }

    /// Whether the elements lie in C order without gaps. Axes of one element have no step.
    var isContiguous: Bool {
        if shape.contains(0) { return true }
        let expected = StridedView.contiguousStrides(shape)
        return shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == expected[$0] }
    }

    /// The elements from the first to behind the last; nil where the number does not fit into an `Int`.
    var span: Int? {
        if shape.contains(0) { return 0 }
        var last = 0
        for (extent, stride) in zip(shape, strides) {
            let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
            let (sum, tooFar) = last.addingReportingOverflow(reach)
            if overflow || tooFar || reach < 0 { return nil }
            last = sum
        }
        let (count, overflow) = last.addingReportingOverflow(1)
        return overflow ? nil : count
    }

    /// The array in C order and little-endian: a window onto `bytes` where they are so already, else a copy.
    ///
    /// `bytes` holds at least ``span`` elements. Throws ``ByteStorage/OutOfMemory``.
    func tensor(in bytes: ByteSlice) throws -> StoredTensor {
        guard let byteCount = dtype.byteCount(ofShape: shape), let span,
            span <= bytes.count / dtype.itemSize
        else { preconditionFailure("the caller has checked that the view lies inside") }
        if isContiguous, !bigEndian || dtype.itemSize == 1 {
            return StoredTensor(
                dtype: dtype, shape: shape, storage: bytes.storage, byteOffset: bytes.range.lowerBound)
        }
        let copy = try ByteStorage(count: byteCount) { destination in
            guard byteCount > 0, let output = destination.baseAddress else { return }
            bytes.withBytes { source in
                guard let input = source.baseAddress else { return }
                switch dtype.itemSize {
                case 1: gather(UInt8.self, from: input, to: output)
                case 2: gather(UInt16.self, from: input, to: output)
                case 4: gather(UInt32.self, from: input, to: output)
                default: gather(UInt64.self, from: input, to: output)
                }
            }
        }
        return StoredTensor(dtype: dtype, shape: shape, storage: copy)
    }

    /// Copies element by element, the last axis innermost. No axis is empty.
    private func gather<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, from input: UnsafeRawPointer, to output: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<T>.size
        let innerCount = shape.last ?? 1
        let innerStep = (strides.last ?? 0) &* size
        var index = [Int](repeating: 0, count: max(shape.count - 1, 0))
        var offset = 0
        var target = output
        while true {
            for inner in 0..<innerCount {
                let value = input.loadUnaligned(fromByteOffset: offset &+ inner &* innerStep, as: T.self)
                target.storeBytes(of: bigEndian ? value.byteSwapped : value, as: T.self)
                target += size
            }
            var axis = index.count - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis] * size
                if index[axis] < shape[axis] { break }
                offset -= strides[axis] * size * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
