import Grounding
import Torch

/// Compares the gradient of a model's loss in each parameter with finite differences along a random direction.
///
/// - Returns: A line for each parameter that is wrong or has no gradient.
func wrongSlopes(
    of model: any GroundingModel, step: Double = 1e-6, tolerance: Double = 1e-6, _ loss: () -> Tensor
) -> [String] {
    precondition(model.store.dtype == .float64, "finite differences need float64")
    model.store.clearGradients()
    loss().backward()
    return model.store.parameters.enumerated().compactMap { index, entry in
        guard let gradient = entry.tensor.gradient else { return "\(entry.name) has no gradient" }
        let direction = Tensor.normal(entry.tensor.shape, seed: 17, stream: UInt64(index), dtype: .float64)
        let slope: Double = withoutGradient {
            let start = entry.tensor.cloned()
            let sides = [step, -step].map { factor in
                entry.tensor.inPlaceAdd(direction, factor: factor)
                let value = loss().item()
                entry.tensor.inPlaceCopy(start)
                return value
            }
            return (sides[0] - sides[1]) / (2 * step)
        }
        let expected = (gradient * direction).sum().item()
        guard abs(slope - expected) > tolerance * max(1, abs(slope)) else { return nil }
        return "\(entry.name): finite differences \(slope), backward \(expected)"
    }
}

/// Moves every parameter away from where it starts: from biases of zero, and norms that do nothing.
func disturb(_ store: ParameterStore, by factor: Double = 0.1) {
    withoutGradient {
        for (index, entry) in store.parameters.enumerated() {
            let noise = Tensor.normal(entry.tensor.shape, seed: 8, stream: UInt64(index), dtype: store.dtype)
            entry.tensor.inPlaceAdd(noise, factor: factor)
        }
    }
}
