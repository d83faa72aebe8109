import Torch

/// What stands between the two linear layers of a transformer's feed-forward network.
public enum Activation: String, Hashable, Sendable, Codable {
    /// max(0, x).
    case relu
    /// x·Φ(x), exact.
    case gelu

    /// The same shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .relu: x.relu()
        case .gelu: x.gelu()
        }
    }
}
