import Torch

/// How vectors are brought to length 1 without a division by zero. The field uses two ways that differ in the fifth digit.
public enum L2Normalization: Hashable, Sendable, Codable {
    /// x / (‖x‖ + eps): features read from files, as the reference's data sets do it.
    case added(eps: Double)
    /// x / max(‖x‖, eps): features made on the spot, as PyTorch's `normalize` does it.
    case floored(eps: Double)

    /// The same shape; vectors lie along `dim`. A zero vector stays zero.
    public func callAsFunction(_ x: Tensor, _ dim: Int = -1) -> Tensor {
        let norm = x.norm(dim, keep: true)
        return switch self {
        case .added(let eps): x / (norm + eps)
        case .floored(let eps): x / norm.clamped(min: eps)
        }
    }
}
