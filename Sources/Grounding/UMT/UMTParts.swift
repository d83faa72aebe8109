import Torch

/// Sizes that every part of a UMT needs, and how its layers are made: pre-norm, with nncore's names.
struct UMTParts {
    let width: Int
    let heads: Int
    let hidden: Int
    let dropout: Double

    init(_ configuration: UMTConfiguration) {
        width = configuration.hiddenSize
        heads = configuration.heads
        hidden = configuration.feedForwardSize
        dropout = configuration.dropout
    }

    func attention(_ scope: Scope) -> SplitAttention {
        SplitAttention(scope, width: width, heads: heads, dropout: dropout, weights: .xavierNormal)
    }

    func feedForward(_ scope: Scope) -> FeedForward {
        FeedForward(
            scope / "mapping", width: width, hidden: hidden, dropout: dropout, weights: .xavierNormal, biases: .zeros,
            names: ("0", "3"))
    }

    func residual(_ scope: Scope) -> Residual { Residual(scope, dropout: dropout) }

    func encoderLayer(_ scope: Scope) -> EncoderLayer {
        EncoderLayer(
            scope, width: width, attention: attention(scope / "att"), feedForward: feedForward(scope / "ffn"),
            normFirst: true, dropout: dropout)
    }

    func decoderLayer(_ scope: Scope) -> DecoderLayer {
        DecoderLayer(
            scope, width: width, selfAttention: attention(scope / "att1"), crossAttention: attention(scope / "att2"),
            feedForward: feedForward(scope / "ffn"), normFirst: true, dropout: dropout)
    }

    /// A linear layer under the name `linear`.
    func linear(_ scope: Scope, _ inputs: Int, _ outputs: Int, bias: Bool = true) -> Linear {
        Linear(scope / "linear", inputs, outputs, bias: bias, weights: .xavierNormal, biases: .zeros)
    }

    /// Learned positions of up to `limit` clips.
    func positions(_ scope: Scope, limit: Int) -> ClipPositions {
        ClipPositions(scope, limit: limit, width: width, dropout: dropout)
    }
}

/// A learned vector for each clip's number (`pe`), with dropout.
struct ClipPositions {
    /// 1×limit×d.
    let table: Tensor
    let dropout: Dropout

    init(_ scope: Scope, limit: Int, width: Int, dropout: Double) {
        table = scope.parameter("pe", [1, limit, width], .normal(deviation: 1 / Double(width).squareRoot()))
        self.dropout = Dropout(scope, dropout)
    }

    /// B×L×d for clips B×L×d.
    func callAsFunction(for clips: Tensor) -> Tensor {
        let (rows, count) = (clips.size(0), clips.size(1))
        precondition(count <= table.size(1), "\(count) clips, but learned positions for \(table.size(1)) only")
        return dropout(table.slice(1, 0, count).expanded(rows, -1, -1))
    }
}

/// Clips of one modality: to the hidden size, then one encoder layer.
struct UniModalEncoder {
    let dropout: Dropout
    let mapping: Linear
    let positions: ClipPositions
    let layer: EncoderLayer

    init(_ scope: Scope, inputs: Int, dropout: Double, maxClips: Int, _ parts: UMTParts) {
        self.dropout = Dropout(scope, dropout)
        mapping = parts.linear(scope / "mapping", inputs, parts.width)
        positions = parts.positions(scope / "pos_enc", limit: maxClips)
        layer = parts.encoderLayer(scope / "encoder")
    }

    /// B×L×inputs → B×L×d.
    func callAsFunction(_ clips: Tensor, mask: Tensor?) -> Tensor {
        let x = mapping(dropout(clips))
        return layer(x, position: positions(for: x), mask: mask)
    }
}
