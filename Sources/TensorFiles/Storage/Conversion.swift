import Foundation

extension StoredTensor {
    /// All elements as `Float`, in C order. Numbers that `Float` cannot hold exactly are rounded to the nearest.
    public func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            copyFloats(into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// Writes all elements as `Float`, in C order, into memory of exactly ``count`` elements.
    public func copyFloats(into destination: UnsafeMutableBufferPointer<Float>) {
        precondition(destination.count == count, "\(destination.count) places for \(count) elements")
        withBytesInPlace { source in
            switch dtype {
            case .float16: convert(source, UInt16.self, into: destination) { single(half: $0) }
            case .bfloat16: convert(source, UInt16.self, into: destination) { single(brain: $0) }
            case .float32: UnsafeMutableRawBufferPointer(destination).copyMemory(from: source)
            case .float64: convert(source, Double.self, into: destination) { Float($0) }
            case .int8: convert(source, Int8.self, into: destination) { Float($0) }
            case .int16: convert(source, Int16.self, into: destination) { Float($0) }
            case .int32: convert(source, Int32.self, into: destination) { Float($0) }
            case .int64: convert(source, Int64.self, into: destination) { Float($0) }
            case .uint8: convert(source, UInt8.self, into: destination) { Float($0) }
            case .uint16: convert(source, UInt16.self, into: destination) { Float($0) }
            case .uint32: convert(source, UInt32.self, into: destination) { Float($0) }
            case .uint64: convert(source, UInt64.self, into: destination) { Float($0) }
            case .bool: convert(source, UInt8.self, into: destination) { $0 == 0 ? 0 : 1 }
            }
        }
    }

    /// All elements as `Double`, in C order. Only 8-byte integers can be rounded.
    public func doubles() -> [Double] {
        mapElements(
            ofFloat: { Double($0) }, ofDouble: { $0 }, ofSigned: { Double($0) }, ofUnsigned: { Double($0) })
    }

    /// All elements as `Int64`, in C order; `true` is 1.
    ///
    /// Throws ``InexactConversion`` where an element has a fraction, is not finite or is too large.
    public func int64s() throws -> [Int64] {
        let exact: [Int64?] = mapElements(
            ofFloat: { Int64(exactly: $0) }, ofDouble: { Int64(exactly: $0) }, ofSigned: { $0 },
            ofUnsigned: { Int64(exactly: $0) })
        return try exact.enumerated().map { index, value in
            guard let value else { throw InexactConversion(index: index) }
            return value
        }
    }

    /// An element is no 64-bit integer.
    public struct InexactConversion: Error, Equatable, CustomStringConvertible, LocalizedError {
        /// The element's index in C order.
        public let index: Int
        /// The message.
        public var description: String { "element \(index) is not a 64-bit integer" }
        /// The same as ``description``.
        public var errorDescription: String? { description }
    }

    private func mapElements<R>(
        ofFloat: (Float) -> R, ofDouble: (Double) -> R, ofSigned: (Int64) -> R, ofUnsigned: (UInt64) -> R
    ) -> [R] {
        [R](unsafeUninitializedCapacity: count) { buffer, initialized in
            let destination = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            withBytesInPlace { source in
                switch dtype {
                case .float16: convert(source, UInt16.self, into: destination) { ofFloat(single(half: $0)) }
                case .bfloat16: convert(source, UInt16.self, into: destination) { ofFloat(single(brain: $0)) }
                case .float32: convert(source, Float.self, into: destination) { ofFloat($0) }
                case .float64: convert(source, Double.self, into: destination) { ofDouble($0) }
                case .int8: convert(source, Int8.self, into: destination) { ofSigned(Int64($0)) }
                case .int16: convert(source, Int16.self, into: destination) { ofSigned(Int64($0)) }
                case .int32: convert(source, Int32.self, into: destination) { ofSigned(Int64($0)) }
                case .int64: convert(source, Int64.self, into: destination) { ofSigned($0) }
                case .uint8: convert(source, UInt8.self, into: destination) { ofUnsigned(UInt64($0)) }
                case .uint16: convert(source, UInt16.self, into: destination) { ofUnsigned(UInt64($0)) }
                case .uint32: convert(source, UInt32.self, into: destination) { ofUnsigned(UInt64($0)) }
                case .uint64: convert(source, UInt64.self, into: destination) { ofUnsigned($0) }
                case .bool: convert(source, UInt8.self, into: destination) { ofUnsigned($0 == 0 ? 0 : 1) }
                }
            }
            initialized = count
        }
    }
}

/// Reads elements that may lie unaligned. The loop is one that the compiler vectorises.
@inline(__always)
private func convert<Source: BitwiseCopyable, R>(
    _ source: UnsafeRawBufferPointer, _ type: Source.Type, into destination: UnsafeMutableBufferPointer<R>,
    _ transform: (Source) -> R
) {
    guard let input = source.baseAddress, let output = destination.baseAddress else { return }
    for index in 0..<destination.count {
        let value = input.loadUnaligned(fromByteOffset: index &* MemoryLayout<Source>.stride, as: Source.self)
        (output + index).initialize(to: transform(value))
    }
}

/// The value of a half-precision number's bits, exactly.
///
/// Integer arithmetic without branches: it vectorises everywhere, and it is right where the processor was told
/// to flush denormals.
@inline(__always)
func single(half bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7fff) &<< 13
    let normal = magnitude &+ (magnitude >= 0x0f80_0000 ? 0x7000_0000 : 0x3800_0000)
    let denormal = (Float(Int32(bits & 0x3ff)) * 0x1p-24).bitPattern
    let sign = UInt32(bits & 0x8000) &<< 16
    return Float(bitPattern: (magnitude < 0x0080_0000 ? denormal : normal) | sign)
}

/// The value of a `bfloat16`'s bits, exactly.
@inline(__always)
func single(brain bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) &<< 16)
}
