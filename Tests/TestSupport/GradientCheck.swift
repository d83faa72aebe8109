import Torch

/// Compares gradients with central differences; nil where they agree.
///
/// The function gives one number, and must compute the same at every call: dropout has to start from the same state.
/// All is done in `float64`, in which differences are right to about nine digits.
///
/// - Parameter inputs: What is varied. A `float64` parameter is varied in its place, so that the function need not use
///   what it is given for it; other tensors are handed to the function as copies that record gradients.
public func gradientMismatch(
    of inputs: [Tensor], step: Double = 1e-5, relative: Double = 1e-5, absolute: Double = 1e-7,
    _ function: ([Tensor]) -> Tensor
) -> Mismatch? {
    let leaves = inputs.map { input in
        input.requiresGradient && input.dtype == .float64
            ? input : input.to(.float64).cloned().detached().requiringGradient()
    }
    let found = function(leaves).gradients(of: leaves)
    for (position, leaf) in leaves.enumerated() {
        var differences: [Double] = []
        withoutGradient {
            let flat = leaf.flattened()
            for index in 0..<leaf.count {
                let element = flat[index]
                let value = element.item()
                element.inPlaceFill(value + step)
                let above = function(leaves).item()
                element.inPlaceFill(value - step)
                let below = function(leaves).item()
                element.inPlaceFill(value)
                differences.append((above - below) / (2 * step))
            }
        }
        let expected = Tensor(differences, shape: leaf.shape)
        let gradient = found[position] ?? expected.zerosLike()
        if let mismatch = mismatch(gradient, expected, relative: relative, absolute: absolute) {
            return Mismatch(description: "gradient of input \(position): \(mismatch)")
        }
    }
    return nil
}
