import Torch

/// What stands between the two linear layers of a transformer's feed-forward network.
public enum Activation: String, Hashable, Sendable, Codable {
    /// max(0, x).
    case relu
    /// x·Φ(x), exact.
    case gelu
    /// x above 0, a learned multiple of x below; begins with a quarter (He et al., 2015).
    case prelu

    /// The same shape.
    ///
    /// - Parameters:
    ///   - x: Any shape.
    ///   - slope: One number, for ``prelu``: what x is multiplied by below 0.
    public func callAsFunction(_ x: Tensor, slope: Tensor? = nil) -> Tensor {
        switch self {
        case .relu: return x.relu()
        case .gelu: return x.gelu()
        case .prelu:
            precondition(slope != nil, "a learned slope belongs to this activation")
            let positive = x.relu()
            return slope.map { positive.adding(x - positive, times: $0) } ?? positive
        }
    }
}
