import Batches
import Datasets
import Grounding
import Torch

/// How many of the points that CDNet's denoising looks at lie inside the target moments (the paper's Figure 4).
///
/// Each share is a mean over queries. The plain grid has the same count of points, before any moved.
public struct SampledPointShare: Hashable, Sendable {
    /// The share of the points where the model moved them, 0…1.
    public let learned: Double
    /// The share of the points of the plain grid, 0…1.
    public let grid: Double
    /// Queries that were measured: all of the data set.
    public let queries: Int
    /// Whether the loss asks points outside to come in; nothing is counted where no offsets are learned.
    public let pull: SampledPointPull

    /// Measures a model on a data set with ground truth; nil for a model without sampled points.
    ///
    /// - Throws: what reading features throws.
    public init?(of model: any GroundingModel, on dataset: MomentDataset, batchSize: Int = 64) throws {
        guard let model = model as? CDNet, model.configuration.usesDenoising else { return nil }
        model.store.isTraining = false
        let batches = dataset.batches(size: batchSize, seed: nil, from: LoaderPosition())
        var learned = 0.0
        var grid = 0.0
        var queries = 0
        var pull = SampledPointPull()
        while let batch = try batches.next() {
            guard let targets = batch.targets else { return nil }
            let output = withoutGradient { model.forward(batch.to(model.store.device)) }
            guard let points = output.points else { return nil }
            let plain = SampledPoints.plainGrid(
                clipCounts: batch.clipCounts, ratio: model.configuration.samplingRatio,
                points: model.configuration.referencePoints)
            learned += points.shareInMoments(targets.moments, batch.queries).reduce(0, +)
            grid += plain.shareInMoments(targets.moments, batch.queries).reduce(0, +)
            queries += batch.count
            model.count(into: &pull, batch.to(model.store.device))
        }
        guard queries > 0 else { return nil }
        self.learned = learned / Double(queries)
        self.grid = grid / Double(queries)
        self.queries = queries
        self.pull = pull
    }
}
