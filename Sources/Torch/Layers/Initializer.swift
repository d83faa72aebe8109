/// How a parameter gets its first values.
public enum Initializer: Hashable, Sendable {
    /// One number everywhere.
    case constant(Double)
    /// Gaussian around zero.
    case normal(deviation: Double)
    /// Uniform in [−bound, bound].
    case uniform(bound: Double)
    /// Uniform with a bound of √(6 / (fan in + fan out)) (Glorot and Bengio, 2010).
    case xavierUniform
    /// Gaussian with a variance of 2 / (fan in + fan out) (Glorot and Bengio, 2010).
    case xavierNormal
    /// Uniform with a bound of 1/√(fan in): what PyTorch gives its linear and convolution weights.
    case fanIn
    /// Ones on the diagonal of a matrix: the layer begins by handing on what it gets.
    case identity

    /// Zeros.
    public static let zeros = Initializer.constant(0)
    /// Ones.
    public static let ones = Initializer.constant(1)

    func values(_ shape: [Int], seed: UInt64, stream: UInt64) -> Tensor {
        switch self {
        case .constant(let value): .full(shape, value)
        case .normal(let deviation): .normal(shape, deviation: deviation, seed: seed, stream: stream)
        case .uniform(let bound): .uniform(shape, -bound, bound, seed: seed, stream: stream)
        case .xavierUniform:
            Self.symmetric(shape, (6 / Double(Self.fanIn(shape) + Self.fanOut(shape))).squareRoot(), seed, stream)
        case .xavierNormal:
            .normal(
                shape, deviation: (2 / Double(Self.fanIn(shape) + Self.fanOut(shape))).squareRoot(), seed: seed,
                stream: stream)
        case .identity:
            Tensor.identity(Swift.max(shape[0], shape[1])).slice(0, 0, shape[0]).slice(1, 0, shape[1]).contiguous()
        case .fanIn: Self.symmetric(shape, 1 / Double(Swift.max(Self.fanIn(shape), 1)).squareRoot(), seed, stream)
        }
    }

    private static func symmetric(_ shape: [Int], _ bound: Double, _ seed: UInt64, _ stream: UInt64) -> Tensor {
        .uniform(shape, -bound, bound, seed: seed, stream: stream)
    }

    /// Inputs of one output of a weight out×in×kernel….
    private static func fanIn(_ shape: [Int]) -> Int { shape.dropFirst().reduce(1, *) }

    private static func fanOut(_ shape: [Int]) -> Int { (shape.first ?? 1) * shape.dropFirst(2).reduce(1, *) }
}
