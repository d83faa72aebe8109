import Torch

/// Attention as a layer of a transformer uses it, whatever the projections are called.
public protocol AttentionLayer {
    /// B×L×d, B×S×d, B×S×d → B×L×d.
    ///
    /// - Parameters:
    ///   - query: Of those that look: B×L×d.
    ///   - key: Of those that are looked at: B×S×d.
    ///   - value: What is taken from these: B×S×d.
    ///   - mask: Which keys take part: `bool`, B×S for keys alone, B×L×S, or B×H×L×S with one for each head.
    func callAsFunction(query: Tensor, key: Tensor, value: Tensor, mask: Tensor?) -> Tensor
}

extension MultiheadAttention: AttentionLayer {
    /// Attention in both directions; see `AttentionLayer`.
    public func callAsFunction(query: Tensor, key: Tensor, value: Tensor, mask: Tensor?) -> Tensor {
        self(query: query, key: key, value: value, mask: mask, causal: false)
    }
}

/// Attention whose query, key, value and output have linear layers of their own (by default `q`, `k`, `v`, `m`).
public struct SplitAttention: AttentionLayer {
    /// d → d.
    public let query: Linear
    /// d → d.
    public let key: Linear
    /// d → d.
    public let value: Linear
    /// d → d; nil where the heads' outputs are the result.
    public let output: Linear?
    /// Between the projections.
    public let heads: AttentionHeads

    /// Names of the linear layers below an attention's own.
    public struct Names: Hashable, Sendable {
        /// The query's.
        public var query: String
        /// The key's.
        public var key: String
        /// The value's.
        public var value: String
        /// The output's; nil for none.
        public var output: String?

        /// Takes the names.
        public init(query: String, key: String, value: String, output: String?) {
            self.query = query
            self.key = key
            self.value = value
            self.output = output
        }

        /// Those of nncore, on which UMT is built.
        public static let short = Names(query: "q", key: "k", value: "v", output: "m")
    }

    /// Makes the layers.
    public init(
        _ scope: Scope, names: Names = .short, width: Int, heads: Int, dropout: Double = 0,
        weights: Initializer = .xavierUniform, biases: Initializer? = .zeros
    ) {
        precondition(heads > 0 && width % heads == 0, "\(heads) heads do not divide a width of \(width)")
        func layer(_ name: String) -> Linear { Linear(scope / name, width, width, weights: weights, biases: biases) }
        query = layer(names.query)
        key = layer(names.key)
        value = layer(names.value)
        output = names.output.map(layer)
        self.heads = AttentionHeads(scope, count: heads, dropout: dropout)
    }

    /// B×L×d, B×S×d, B×S×d → B×L×d; see `AttentionLayer`.
    public func callAsFunction(query: Tensor, key: Tensor, value: Tensor, mask: Tensor?) -> Tensor {
        let attended = heads(query: self.query(query), key: self.key(key), value: self.value(value), mask: mask)
        return output?(attended) ?? attended
    }
}
