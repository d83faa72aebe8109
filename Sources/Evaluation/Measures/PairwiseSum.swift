/// A sum in the order of NumPy's: eight partial sums over blocks of up to 128 numbers, halves added.
///
/// More exact than a plain loop, and equal to the reference to the last bit.
func pairwiseSum(_ values: UnsafeBufferPointer<Double>) -> Double {
    let count = values.count
    if count < 8 { return values.reduce(0, +) }
    if count > 128 {
        let half = count / 2 - count / 2 % 8
        return pairwiseSum(UnsafeBufferPointer(rebasing: values[..<half]))
            + pairwiseSum(UnsafeBufferPointer(rebasing: values[half...]))
    }
    var lanes = SIMD8<Double>.zero
    let whole = count - count % 8
    for start in stride(from: 0, to: whole, by: 8) {
        for lane in 0..<8 { lanes[lane] += values[start + lane] }
    }
    let sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    return values[whole...].reduce(sum, +)
}

/// The mean of the numbers; NaN where there are none.
func pairwiseMean(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer(pairwiseSum) / Double(values.count)
}
