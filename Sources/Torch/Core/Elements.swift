import CTorch

extension Tensor {
    /// The elements in C order, converted to a Swift type.
    public func elements<Element: TensorElement>(_: Element.Type = Element.self) -> [Element] {
        let source = dtype == Element.dtype ? self : to(Element.dtype)
        let count = source.count
        return [Element](unsafeUninitializedCapacity: count) { room, filled in
            run("elements", [self]) {
                ct_copy_bytes(source.raw, room.baseAddress, Int64(count * MemoryLayout<Element>.stride))
            }
            filled = count
        }
    }

    /// The elements in C order.
    public func floats() -> [Float] { elements() }

    /// The elements in C order.
    public func doubles() -> [Double] { elements() }

    /// The elements in C order.
    public func ints() -> [Int] { elements() }

    /// The elements in C order.
    public func bools() -> [Bool] { elements() }

    /// The one element of a tensor that has just one.
    public func item() -> Double {
        var value = 0.0
        run("item", [self]) { ct_scalar(raw, &value) }
        return value
    }

    /// The one element of a tensor that has just one, as a whole number.
    public func integer() -> Int {
        var value: Int64 = 0
        run("integer", [self]) { ct_integer(raw, &value) }
        return Int(value)
    }

    /// Lends the elements' bytes. The tensor must be contiguous and on the CPU.
    public func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        guard isContiguous, device == .cpu else {
            fail("withUnsafeMutableBytes", [self], "the tensor must be contiguous and on the CPU")
        }
        var pointer: UnsafeMutableRawPointer?
        run("withUnsafeMutableBytes", [self]) { ct_data_pointer(raw, &pointer) }
        defer { withExtendedLifetime(handle) {} }
        return try body(UnsafeMutableRawBufferPointer(start: pointer, count: count * dtype.size))
    }

    /// The same numbers as another type; the tensor itself where nothing changes.
    public func to(_ dtype: DType) -> Tensor { to(dtype, device) }

    /// The same numbers on another device; the tensor itself where nothing changes.
    public func to(_ device: Device) -> Tensor { to(dtype, device) }

    /// The same numbers as another type on another device.
    public func to(_ dtype: DType, _ device: Device) -> Tensor {
        make("to", [self]) { ct_convert(raw, dtype.c, device.c, $0) }
    }

    /// The same numbers in C order without gaps; the tensor itself where they are.
    public func contiguous() -> Tensor { make("contiguous", [self]) { ct_contiguous(raw, $0) } }

    /// A copy with elements of its own. Gradients flow through.
    public func cloned() -> Tensor { make("cloned", [self]) { ct_clone(raw, $0) } }
}
