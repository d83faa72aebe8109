import Batches
import Torch

/// Context-aware dynamic denoising, CDD (section 3.2): clips look again at a few points of the video, and the network moves
/// the points to where the sentence is.
///
/// Keys and values are the context F at the points, weighted by the relevance S there (eqs. 8–11); clips attend to them
/// (eqs. 12, 13). Nothing of a video depends on what it is batched with: grid, offsets and attention end where it does.
public struct DynamicDenoising {
    /// W_q, d → d; serves the offsets and the attention.
    public let query: Linear
    /// W_k, d → d.
    public let key: Linear
    /// W_v, d → d.
    public let value: Linear
    /// From the joined heads back to d.
    public let output: Linear
    /// Moves the points; nil for the plain grid.
    public let offsets: OffsetNetwork?
    /// The network of eq. 13.
    public let feedForward: FeedForward
    /// After the attention; nil where the layer normalises before its feed-forward network.
    public let attentionNorm: LayerNorm?
    /// After the feed-forward network, or before it.
    public let outputNorm: LayerNorm
    /// On both residuals.
    public let dropPath: DropPath
    /// Heads of the attention.
    public let heads: Int
    /// r.
    public let ratio: Int
    /// Where the points start.
    public let referencePoints: ReferenceGrid.Points
    /// Groups of channels with points of their own.
    public let groups: Int
    /// The greatest displacement is this over G.
    public let range: Double

    /// Makes the layer.
    public init(_ scope: Scope, _ configuration: CDNetConfiguration) {
        let width = configuration.hiddenSize
        query = Linear(scope / "query", width, width, bias: false, weights: .xavierUniform)
        key = Linear(scope / "key", width, width, bias: false, weights: .xavierUniform)
        value = Linear(scope / "value", width, width, bias: false, weights: .xavierUniform)
        output = Linear(scope / "output", width, width, biases: .zeros)
        offsets =
            configuration.learnsOffsets
            ? OffsetNetwork(
                scope / "offsets", width: width, kernel: configuration.offsetKernel,
                stride: configuration.samplingRatio, groups: configuration.offsetGroups,
                startsAtZero: configuration.offsetsStartAtZero) : nil
        feedForward = FeedForward(scope, width: width, hidden: configuration.feedForwardSize)
        attentionNorm = configuration.denoisingNorm == .after ? LayerNorm(scope / "attention_norm", width) : nil
        outputNorm = LayerNorm(scope / "output_norm", width)
        dropPath = DropPath(scope, configuration.dropPath)
        heads = configuration.heads
        ratio = configuration.samplingRatio
        referencePoints = configuration.referencePoints
        groups = configuration.learnsOffsets ? configuration.offsetGroups : 1
        range = configuration.offsetRange
    }

    /// V′, and where the layer looked.
    ///
    /// - Parameters:
    ///   - batch: What the clips are of.
    ///   - video: Ṽ, B×L×d; zero beyond a video's own clips.
    ///   - context: F, B×L×d.
    ///   - relevance: S, B×L; nil where it is 1 everywhere.
    /// - Returns: V′, B×L×d, and the points.
    public func callAsFunction(
        _ batch: Batch, _ video: Tensor, context: Tensor, relevance: Tensor?
    ) -> (video: Tensor, points: SampledPoints) {
        let grid = ReferenceGrid(
            batch, ratio: ratio, paddedTo: video.size(1), points: referencePoints, dtype: video.dtype,
            device: video.device)
        let q = query(video)
        let displacements = displacements(q, grid)
        let positions = LinearSampler.inClips(
            LinearSampler.clamped(grid.positions.unsqueezed(1) + displacements),
            lastClip: grid.lastClip.unsqueezed(-1))
        let sampled = sampled(context, relevance, at: positions)
        let attended = attention(q, keys: key(sampled), values: value(sampled), mask: grid.mask)
        let attending = video + dropPath(output(attended))
        let points = SampledPoints(positions: positions, displacements: displacements, counts: grid.counts)
        guard let attentionNorm else {
            return (attending + dropPath(feedForward(outputNorm(attending))), points)
        }
        let z = attentionNorm(attending)
        return (outputNorm(z + dropPath(feedForward(z))), points)
    }

    /// Δp: B×groups×G.
    func displacements(_ q: Tensor, _ grid: ReferenceGrid) -> Tensor {
        guard let offsets else { return grid.positions.zerosLike().unsqueezed(1) }
        let limit = grid.pointCounts.reciprocal().unsqueezed(-1) * range
        return OffsetNetwork.displacement(offsets(q), limit: limit)
    }

    /// Eqs. 8–11: V_g = φ(F; p) ⊙ φ(S; p), B×G×d, at positions B×groups×G in clips.
    func sampled(_ context: Tensor, _ relevance: Tensor?, at positions: Tensor) -> Tensor {
        let (batch, length, width) = (context.size(0), context.size(1), context.size(2))
        let weights = LinearSampler.weights(positions, clips: length)
        // A relevance of 1 is 1 at every point, so there is nothing to sample.
        let scores = relevance.map { weights.matmul($0.unsqueezed(1).unsqueezed(-1)) }
        if groups == 1 {
            let points = weights.squeezed(1).matmul(context)
            return scores.map { points * $0.squeezed(1) } ?? points
        }
        let byGroup = context.reshaped(batch, length, groups, width / groups).transposed(1, 2)
        let points = weights.matmul(byGroup)
        return (scores.map { points * $0 } ?? points).transposed(1, 2).reshaped(batch, positions.size(-1), width)
    }

    /// Heads of queries B×L×d over keys and values B×G×d → B×L×d.
    private func attention(_ q: Tensor, keys: Tensor, values: Tensor, mask: Tensor?) -> Tensor {
        func headed(_ x: Tensor) -> Tensor {
            x.reshaped(x.size(0), x.size(1), heads, x.size(2) / heads).transposed(1, 2)
        }
        return Tensor.attention(
            query: headed(q), key: headed(keys), value: headed(values), mask: mask?.unsqueezed(1).unsqueezed(1)
        ).transposed(1, 2).reshaped(q.shape)
    }
}
