import TestSupport
import Torch

/// Compares the gradients of a number with central differences; nil where all agree.
///
/// - Parameters:
///   - inputs: `float64`, away from kinks of the function.
///   - function: The number; it must not draw anything at random.
func gradientMismatch(_ inputs: [Tensor], step: Double = 1e-6, _ function: ([Tensor]) -> Tensor) -> Mismatch? {
    precondition(inputs.allSatisfy { $0.dtype == .float64 })
    let leaves = inputs.map { $0.cloned().detached().requiringGradient() }
    let gradients = function(leaves).gradients(of: leaves)
    for (place, input) in inputs.enumerated() {
        let numbers = input.doubles()
        let differences = numbers.indices.map { index -> Double in
            let sides = [1.0, -1].map { sign in
                var moved = numbers
                moved[index] += sign * step
                var arguments = inputs
                arguments[place] = Tensor(moved, shape: input.shape)
                return withoutGradient { function(arguments).item() }
            }
            return (sides[0] - sides[1]) / (2 * step)
        }
        let expected = Tensor(differences, shape: input.shape)
        let gradient = gradients[place] ?? expected.zerosLike()
        if let found = mismatch(gradient, expected, relative: 1e-6, absolute: 1e-8) { return found }
    }
    return nil
}

/// Numbers for a test: Gaussian, `float64`, the same for the same stream.
func numbers(_ shape: Int..., stream: UInt64 = 0) -> Tensor {
    .normal(shape, seed: 42, stream: stream, dtype: .float64)
}
