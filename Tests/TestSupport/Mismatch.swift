import Torch

/// Where a tensor is furthest from what was expected.
public struct Mismatch: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in words.
    public let description: String
}

/// The worst element where tensors differ; nil where all agree within |actual − expected| ≤ absolute + relative·|expected|.
///
/// NaN agrees with NaN, an infinity with itself. A scalar may have the shape [] or [1]. Types are not compared.
public func mismatch(
    _ actual: Tensor, _ expected: Tensor, relative: Double = 1e-4, absolute: Double = 1e-5
) -> Mismatch? {
    let shape = actual.shape
    guard shape == expected.shape || (actual.count == 1 && expected.count == 1) else {
        return Mismatch(description: "shape \(shape), expected \(expected.shape)")
    }
    var worst = (excess: 0.0, index: -1)
    var wrong = 0
    let (a, b) = (actual.doubles(), expected.doubles())
    for index in a.indices where !(a[index] == b[index] || a[index].isNaN && b[index].isNaN) {
        let excess = abs(a[index] - b[index]) / (absolute + relative * abs(b[index]))
        if excess <= 1 { continue }
        wrong += 1
        // NaN and infinity are worse than any number.
        let rank = excess.isFinite ? excess : .infinity
        if rank > worst.excess { worst = (rank, index) }
    }
    guard worst.index >= 0 else { return nil }
    let (x, y) = (a[worst.index], b[worst.index])
    return Mismatch(
        description: """
            \(wrong) of \(a.count) elements differ; the worst, at \(place(worst.index, shape)), \
            is \(x), expected \(y) (difference \(x - y), \(worst.excess) times the tolerance)
            """)
}

/// An index in C order as positions along the dimensions.
private func place(_ index: Int, _ shape: [Int]) -> [Int] {
    var rest = index
    return shape.reversed().map { size in
        defer { rest /= size }
        return rest % size
    }.reversed()
}
