import CTorch

extension Tensor {
    /// A tensor of the given shape whose elements are whatever the memory holds.
    public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        make("empty", []) { out in withInts(shape) { ct_empty($0, dtype.c, device.c, out) } }
    }

    /// A tensor with the same number everywhere.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        make("full", []) { out in withInts(shape) { ct_full($0, value, dtype.c, device.c, out) } }
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        full(shape, 0, dtype: dtype, device: device)
    }

    /// A tensor of ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        full(shape, 1, dtype: dtype, device: device)
    }

    /// Zeros with this tensor's shape, type and device.
    public func zerosLike() -> Tensor { .zeros(shape, dtype: dtype, device: device) }

    /// Ones with this tensor's shape, type and device.
    public func onesLike() -> Tensor { .ones(shape, dtype: dtype, device: device) }

    /// The whole numbers of a range, as `int64`.
    public static func range(_ range: Range<Int>, dtype: DType = .int64, device: Device = .cpu) -> Tensor {
        make("range", []) { ct_arange(Double(range.lowerBound), Double(range.upperBound), 1, dtype.c, device.c, $0) }
    }

    /// `count` numbers from `start` to `end`, both included.
    public static func linspace(
        _ start: Double, _ end: Double, count: Int, dtype: DType = .float32, device: Device = .cpu
    ) -> Tensor {
        make("linspace", []) { ct_linspace(start, end, Int64(count), dtype.c, device.c, $0) }
    }

    /// The n×n identity.
    public static func identity(_ n: Int, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        make("identity", []) { ct_eye(Int64(n), dtype.c, device.c, $0) }
    }

    /// One number, without dimensions.
    public init(_ value: Double, dtype: DType = .float32, device: Device = .cpu) {
        self = .full([], value, dtype: dtype, device: device)
    }

    /// Numbers in C order. Without a shape the tensor has one dimension.
    public init<Element: TensorElement>(_ values: [Element], shape: [Int]? = nil) {
        let shape = shape ?? [values.count]
        guard shape.reduce(1, *) == values.count else {
            fail("init", [], "\(values.count) numbers do not fill the shape \(shape)")
        }
        self = values.withUnsafeBytes { bytes in
            make("init", []) { out in withInts(shape) { ct_from_bytes(bytes.baseAddress, $0, Element.dtype.c, out) } }
        }
    }

    /// A matrix, row by row; the rows are of the same length.
    public init<Element: TensorElement>(_ rows: [[Element]]) {
        guard rows.allSatisfy({ $0.count == rows[0].count }) else {
            fail("init", [], "rows of \(rows.map(\.count)) numbers make no matrix")
        }
        self.init(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
    }

    /// Copies bytes, in C order, into a new tensor on the CPU.
    public init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
        guard bytes.count == shape.reduce(dtype.size, *) else {
            fail("init(copying:)", [], "\(bytes.count) bytes do not fill the shape \(shape) of \(dtype)")
        }
        self = make("init(copying:)", []) { out in
            withInts(shape) { ct_from_bytes(bytes.baseAddress, $0, dtype.c, out) }
        }
    }

    /// Takes bytes as they are, without a copy. `owner` is kept alive as long as any view of them lives.
    ///
    /// The memory must not change, and nothing may be written to it through the tensor where it is mapped read-only.
    public init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject, shape: [Int], dtype: DType) {
        guard bytes.count >= shape.reduce(dtype.size, *) else {
            fail("init(borrowing:)", [], "\(bytes.count) bytes do not fill the shape \(shape) of \(dtype)")
        }
        let kept = Unmanaged.passRetained(owner).toOpaque()
        self = make("init(borrowing:)", []) { out in
            withInts(shape) { shape in
                ct_from_borrowed_bytes(
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress), shape, dtype.c,
                    { Unmanaged<AnyObject>.fromOpaque($0!).release() }, kept, out)
            }
        }
    }
}
