import Foundation
import Torch

/// One layer of QD-DETR's decoder: queries see each other, then the clips by content and by place (DAB-DETR).
///
/// In the cross attention each head's query is (content ‖ sines of the reference point) and each key (content ‖ position),
/// so that content and place are compared separately. The projections lie outside of the attentions.
public struct ConditionalDecoderLayer {
    private let selfContent: (query: Linear, key: Linear, value: Linear)
    private let selfPosition: (query: Linear, key: Linear)
    private let selfHeads: AttentionHeads
    private let selfOutput: Linear
    private let crossContent: (query: Linear, key: Linear, value: Linear)
    private let keyPosition: Linear
    private let sinePosition: Linear
    /// Adds the queries' positions to their content; in the first layer only.
    private let queryPosition: Linear?
    private let crossHeads: AttentionHeads
    private let crossOutput: Linear
    private let feedForward: FeedForward
    private let norms: [LayerNorm]
    private let residual: Residual

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - scope: The place of the published names, such as `sa_qcontent_proj`.
    ///   - width: d.
    ///   - heads: Count of heads; it divides d.
    ///   - hidden: Width between the two layers of the feed-forward network.
    ///   - dropout: On attention weights, on all three branches and inside the feed-forward network.
    ///   - isFirst: Whether it is the decoder's first.
    public init(_ scope: Scope, width: Int, heads: Int, hidden: Int, dropout: Double, isFirst: Bool) {
        func linear(_ name: String) -> Linear { Linear(scope / name, width, width, weights: .xavierUniform) }
        selfContent = (linear("sa_qcontent_proj"), linear("sa_kcontent_proj"), linear("sa_v_proj"))
        selfPosition = (linear("sa_qpos_proj"), linear("sa_kpos_proj"))
        selfHeads = AttentionHeads(scope, count: heads, dropout: dropout)
        selfOutput = Linear(scope / "self_attn" / "out_proj", width, width, weights: .xavierUniform, biases: .zeros)
        crossContent = (linear("ca_qcontent_proj"), linear("ca_kcontent_proj"), linear("ca_v_proj"))
        keyPosition = linear("ca_kpos_proj")
        sinePosition = linear("ca_qpos_sine_proj")
        queryPosition = isFirst ? linear("ca_qpos_proj") : nil
        crossHeads = AttentionHeads(scope, count: heads, dropout: dropout)
        crossOutput = Linear(scope / "cross_attn" / "out_proj", width, width, weights: .xavierUniform, biases: .zeros)
        feedForward = FeedForward(scope, width: width, hidden: hidden, dropout: dropout, activation: .prelu)
        norms = (1...3).map { LayerNorm(scope / "norm\($0)", width) }
        residual = Residual(scope, dropout: dropout)
    }

    /// B×Q×d → B×Q×d.
    ///
    /// - Parameters:
    ///   - x: The queries' content, B×Q×d.
    ///   - memory: The clips, B×L×d, with their positions and the mask of a video's own.
    ///   - position: Of the queries, B×Q×d.
    ///   - sines: Of the reference points, scaled, B×Q×d.
    public func callAsFunction(
        _ x: Tensor, memory: ConditionalDecoder.Memory, position: Tensor, sines: Tensor
    ) -> Tensor {
        let mixed = norms[0](
            residual(
                x,
                plus: selfOutput(
                    selfHeads(
                        query: selfContent.query(x) + selfPosition.query(position),
                        key: selfContent.key(x) + selfPosition.key(position), value: selfContent.value(x)))))
        let place = keyPosition(memory.position)
        var query = crossContent.query(mixed)
        var key = crossContent.key(memory.clips)
        if let queryPosition {
            query = query + queryPosition(position)
            key = key + place
        }
        let seen = norms[1](
            residual(
                mixed,
                plus: crossOutput(
                    crossHeads(
                        query: joined(query, sinePosition(sines)), key: joined(key, place),
                        value: crossContent.value(memory.clips), mask: memory.mask))))
        return norms[2](residual(seen, plus: feedForward(seen)))
    }

    /// (content ‖ place) of each head: B×L×d twice → B×L×2d.
    private func joined(_ content: Tensor, _ place: Tensor) -> Tensor {
        let (rows, length, width) = (content.size(0), content.size(1), content.size(2))
        let shape = [rows, length, crossHeads.count, width / crossHeads.count]
        let place = place.expanded(rows, length, width)
        return Tensor.concatenated([content.reshaped(shape), place.reshaped(shape)], -1)
            .reshaped(rows, length, 2 * width)
    }
}

/// QD-DETR's decoder: every query has a reference point (centre, width) that each layer refines (DAB-DETR).
public struct ConditionalDecoder {
    /// What queries look at.
    public struct Memory {
        /// B×L×d.
        public let clips: Tensor
        /// B×L×d.
        public let position: Tensor
        /// B×L, `bool`: true for a video's own clips; nil when all are.
        public let mask: Tensor?

        /// Takes clips as they are.
        public init(clips: Tensor, position: Tensor, mask: Tensor?) {
            self.clips = clips
            self.position = position
            self.mask = mask
        }
    }

    /// What one layer says.
    public struct Output {
        /// B×Q×d, normalised.
        public let queries: Tensor
        /// B×Q×2: (centre, width) that the layer began with.
        public let reference: Tensor
    }

    /// First to last.
    public let layers: [ConditionalDecoderLayer]
    /// Of every layer's output on its way out; the next layer gets it without.
    public let norm: LayerNorm
    private let queryScale, referencePosition, referenceWidth, refinement: MLP
    private let width: Int

    /// Makes the stack.
    public init(_ scope: Scope, layers: Int, width: Int, heads: Int, hidden: Int, dropout: Double) {
        self.width = width
        self.layers = (0..<layers).map {
            ConditionalDecoderLayer(
                scope / "layers" / $0, width: width, heads: heads, hidden: hidden, dropout: dropout, isFirst: $0 == 0)
        }
        func mlp(_ name: String, _ outputs: Int, _ layers: Int) -> MLP {
            MLP(
                scope / name, inputs: width, hidden: width, outputs: outputs, layers: layers, weights: .xavierUniform)
        }
        norm = LayerNorm(scope / "norm", width)
        queryScale = mlp("query_scale", width, 2)
        referencePosition = mlp("ref_point_head", width, 2)
        referenceWidth = mlp("ref_anchor_head", 1, 2)
        refinement = mlp("bbox_embed", 2, 3)
        withoutGradient { refinement.layers.last?.bias?.inPlaceFill(0) }
    }

    /// The output of every layer, first to last.
    ///
    /// - Parameters:
    ///   - memory: The clips, B×L×d, with their positions and the mask of a video's own.
    ///   - points: Q×2, the reference points before the sigmoid.
    public func callAsFunction(_ memory: Memory, points: Tensor) -> [Output] {
        let (rows, count) = (memory.clips.size(0), points.size(0))
        var x = Tensor.zeros([rows, count, width], dtype: memory.clips.dtype, device: memory.clips.device)
        var reference = points.sigmoid().unsqueezed(0).expanded(rows, count, 2)
        // The refined points reach the output with their gradients, the next layer without.
        var leaving = reference
        return layers.enumerated().map { number, layer in
            let sines = SinePosition.encode(places: reference * (2 * .pi), width: width / 2)
                .reshaped(rows, count, width)
            let stretch = referenceWidth(x).sigmoid() / reference.slice(-1, 1, 2)
            let scaled = (number == 0 ? sines : sines * queryScale(x)) * stretch
            x = layer(x, memory: memory, position: referencePosition(sines), sines: scaled)
            let output = Output(queries: norm(x), reference: leaving)
            if number < layers.count - 1 {
                leaving = (refinement(x) + reference.logit()).sigmoid()
                reference = leaving.detached()
            }
            return output
        }
    }
}

extension Tensor {
    /// The inverse of the sigmoid, for shares that are kept away from 0 and 1.
    func logit(eps: Double = 1e-3) -> Tensor {
        let x = clamped(min: 0, max: 1)
        return (x.clamped(min: eps) / (1 - x).clamped(min: eps)).log()
    }
}
