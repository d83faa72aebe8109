/// Loops over one row of features. They are written so that the compiler vectorises them; rows may lie unaligned.
enum RowKernel {
    /// What the data sets of the field add to a norm before they divide by it; a row of zeros stays zero.
    static let epsilon: Float = 1e-5

    /// Writes a row, divided by its L2 norm + 1e-5 if wanted.
    ///
    /// - Returns: the first column that is NaN or infinite; nil where all is well.
    static func write(
        _ source: UnsafeRawPointer, count: Int, normalised: Bool, to destination: UnsafeMutablePointer<Float>
    ) -> Int? {
        let squares = sumOfSquares(source, count)
        guard squares.isFinite else { return writeHuge(source, count, normalised, destination) }
        if normalised {
            scale(source, count, by: 1 / (squares.squareRoot() + epsilon), to: destination)
        } else if source != UnsafeRawPointer(destination) {
            UnsafeMutableRawPointer(destination).copyMemory(from: source, byteCount: count * MemoryLayout<Float>.size)
        }
        return nil
    }

    /// Four running sums of eight: additions do not wait for each other.
    private static func sumOfSquares(_ source: UnsafeRawPointer, _ count: Int) -> Float {
        var a = SIMD8<Float>.zero
        var b = SIMD8<Float>.zero
        var c = SIMD8<Float>.zero
        var d = SIMD8<Float>.zero
        var index = 0
        while index &+ 32 <= count {
            let place = source + index &* 4
            let w = place.loadUnaligned(as: SIMD8<Float>.self)
            let x = place.loadUnaligned(fromByteOffset: 32, as: SIMD8<Float>.self)
            let y = place.loadUnaligned(fromByteOffset: 64, as: SIMD8<Float>.self)
            let z = place.loadUnaligned(fromByteOffset: 96, as: SIMD8<Float>.self)
            a += w * w
            b += x * x
            c += y * y
            d += z * z
            index &+= 32
        }
        var sum = ((a + b) + (c + d)).sum()
        while index < count {
            let x = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
            sum += x * x
            index &+= 1
        }
        return sum
    }

    /// Multiplies: divisions would take most of the time, and the last bit depends on the order of the sum anyway.
    private static func scale(
        _ source: UnsafeRawPointer, _ count: Int, by factor: Float, to destination: UnsafeMutablePointer<Float>
    ) {
        let output = UnsafeMutableRawPointer(destination)
        let factors = SIMD8<Float>(repeating: factor)
        var index = 0
        while index &+ 8 <= count {
            let x = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
            output.storeBytes(of: x * factors, toByteOffset: index &* 4, as: SIMD8<Float>.self)
            index &+= 8
        }
        while index < count {
            destination[index] = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self) * factor
            index &+= 1
        }
    }

    /// The squares' sum is not finite: because a number is not, or because they are huge.
    private static func writeHuge(
        _ source: UnsafeRawPointer, _ count: Int, _ normalised: Bool, _ destination: UnsafeMutablePointer<Float>
    ) -> Int? {
        var squares = 0.0
        for index in 0..<count {
            let x = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
            guard x.isFinite else { return index }
            squares += Double(x) * Double(x)
        }
        let divisor = normalised ? squares.squareRoot() + Double(epsilon) : 1
        for index in 0..<count {
            let x = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
            destination[index] = Float(Double(x) / divisor)
        }
        return nil
    }

    /// Writes where each of `count` clips begins and ends as parts of the video, into the last two of `width` columns.
    ///
    /// i/L and i/L + 1/L in single precision, as the data sets of the field compute it.
    static func writeEndpoints(count: Int, width: Int, to rows: UnsafeMutablePointer<Float>) {
        let step = Float(1 / Double(count))
        for clip in 0..<count {
            let start = Float(clip) / Float(count)
            rows[clip * width + width - 2] = start
            rows[clip * width + width - 1] = start + step
        }
    }
}
