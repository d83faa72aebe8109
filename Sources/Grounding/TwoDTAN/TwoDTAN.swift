import Batches
import Torch

/// 2D-TAN (Zhang et al., AAAI 2020): all candidate moments of a video on a map of their starts and ends.
///
/// A video becomes N stretches of equal length; candidate (a, b) of the map is made of stretches a…b. The sentence is
/// joined to every candidate by a product, convolutions over the map let candidates see their neighbours, and each gets a
/// score. Parameters have the published names.
///
/// Where a video is cut (`data.maxClips`), the map is of what is left. The paper knows no highlights: a clip's saliency is
/// the best score of the candidates that cover it, which is ours.
///
///     let model = try TwoDTAN(TwoDTANConfiguration(videoWidth: 4096, textWidth: 300), seed: 0)
public final class TwoDTAN: GroundingModel {
    /// The choices that it was made with.
    public let configuration: TwoDTANConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    /// Which candidates there are.
    public let map: ProposalMap
    private let clips: Convolution
    private let proposals: ProposalFeatures
    private let sentence: SentenceEncoder
    private let fusion: Convolution
    private let neighbours: MapConvolutions
    private let score: Convolution

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: TwoDTANConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let (root, width) = (store.root, configuration.hiddenSize)
        map = ProposalMap(size: configuration.mapSize)
        clips = Convolution(root / "frame_layer" / "vis_conv", configuration.videoWidth, width, kernel: [1])
        proposals = ProposalFeatures(root / "prop_layer", map, width: width, kind: configuration.proposals)
        sentence = SentenceEncoder(root / "fusion_layer", configuration)
        fusion = Convolution(root / "fusion_layer" / "vis_conv", width, width, kernel: [1, 1])
        neighbours = MapConvolutions(
            root / "map_layer", map, width: width, layers: configuration.mapLayers, kernel: configuration.mapKernel)
        score = Convolution(root / "pred_layer", width, 1, kernel: [1, 1])
    }

    /// The candidates' scores before the sigmoid, in the order of ``ProposalMap/cells``: B×P.
    public func forward(_ batch: Batch) -> Tensor {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        let stretches = stretches(input.video.withoutPadding(input.videoPadding), counts: batch.clipCounts)
        let vector = sentence(
            input.text.withoutPadding(input.textPadding),
            counts: batch.wordCounts.map { min($0, configuration.maxWords) })
        // A convolution of one cell is the same on the list of candidates as on the map, and cheaper.
        let visual = fusion(proposals(stretches).unsqueezed(3)).squeezed(3)
        let fused = (vector.unsqueezed(2) * visual).normalized(1)
        return map.gather(score(neighbours(map.spread(fused))).squeezed(1))
    }

    /// Each video as N stretches: B×L×D → B×d×N.
    private func stretches(_ video: Tensor, counts: [Int]) -> Tensor {
        let (size, samples) = (configuration.mapSize, configuration.samplesPerCell)
        let sampled = FixedLengthSampling.sample(video, counts: counts, to: size * samples)
        let projected = sampled.linear(clips.weight.squeezed(2), clips.bias).relu()
        return projected.reshaped(counts.count, size, samples, configuration.hiddenSize).mean(2).transposed(1, 2)
    }

    /// The cross entropy of the candidates' scores with their scaled IoU, `iou`: equation 5, the mean over all candidates.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let scores = shared(batch, forward)
        let wanted = zip(targets.moments, batch.coveredSeconds).flatMap { moments, seconds in
            map.targets(
                moments, seconds: seconds, leastIoU: configuration.leastIoU, fullIoU: configuration.fullIoU)
        }
        let target = Tensor(wanted, shape: scores.shape).to(scores.dtype, scores.device)
        return Loss([("iou", scores.binaryCrossEntropy(withLogits: target).mean())])
    }

    /// Ranked moments and saliency of each query, without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        let logits = answering { forward(batch) }
        let (raw, scores) = (logits.doubles(), logits.sigmoid().doubles())
        let (count, seconds) = (map.cells.count, batch.coveredSeconds)
        return batch.queries.indices.map { row in
            let own = (row * count)..<((row + 1) * count)
            let moments = zip(map.cells, own).map { cell, index in
                RankedMoment(map.span(cell, seconds: seconds[row]), score: scores[index], logit: raw[index])
            }
            return Grounding(
                moments: temporalNMS(
                    moments, threshold: configuration.nmsThreshold, limit: configuration.momentCount),
                saliency: map.bestScores(Array(scores[own]), clips: batch.clipCounts[row]))
        }
    }
}
