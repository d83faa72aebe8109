import Batches
import Grounding
import Torch

/// Loss and gradients by recordings of a GPU's work, one for each size of batch.
///
/// Rows are padded to a few sizes, which follow from the batch alone. Each batch is computed by a recording, the first one of its
/// size too, so that a run that was interrupted goes on with the same numbers.
package final class RecordedSteps {
    /// What one step found; its gradients lie at the parameters.
    package struct Result {
        /// The loss.
        package let total: Double
        /// Its parts by name.
        package let parts: [LossPart]
        /// The L2 norm of all gradients.
        package let gradientNorm: Double
    }

    private struct Key: Hashable {
        let rows: Int
        let size: Batch.Size
        let hasSaliency: Bool
    }

    private struct Step {
        let recording: Recording
        let places: BatchPlaces
        let names: [String]
        /// The total, its parts, and the gradients' norm.
        let numbers: Tensor
        let gradients: [Tensor?]
    }

    private let model: any GroundingModel
    private let parameters: [ParameterStore.Entry]
    private let precision: OptimisationConfiguration.Precision
    private var steps: [Key: Step] = [:]

    /// Nil where nothing can be recorded: on a processor, and in `float16`, whose loss is scaled by what steps find.
    package init?(
        _ model: any GroundingModel, _ parameters: [ParameterStore.Entry],
        precision: OptimisationConfiguration.Precision
    ) {
        guard Recording.isPossible(on: model.store.device), precision != .float16 else { return nil }
        self.model = model
        self.parameters = parameters
        self.precision = precision
    }

    /// Loss and gradients of a batch whose targets lie on the CPU; nil where the model cannot have them recorded.
    package func callAsFunction(_ batch: Batch) -> Result? {
        guard canRecord(batch) else { return nil }
        let random = model.store.random
        let seed = random.nextSeed()
        let key = Key(rows: batch.count, size: Self.size(batch), hasSaliency: batch.targets?.saliency != nil)
        let state = random.state
        let step = steps[key] ?? record(batch, key.size)
        steps[key] = step
        // What recording drew is not what the step draws.
        random.state = state
        step.places.fill(from: batch)
        step.recording.replay(seed: seed)
        for (entry, gradient) in zip(parameters, step.gradients) { entry.tensor.gradient = gradient }
        let numbers = step.numbers.doubles()
        return Result(
            total: numbers[0], parts: zip(step.names, numbers.dropFirst()).map { LossPart(name: $0, value: $1) },
            gradientNorm: numbers[numbers.count - 1])
    }

    /// Whether a batch's loss and gradients are recorded.
    package func canRecord(_ batch: Batch) -> Bool {
        model.canRecordLoss(of: batch.placed(in: BatchPlaces(), size: Self.size(batch)))
    }

    private func record(_ batch: Batch, _ size: Batch.Size) -> Step {
        let places = BatchPlaces()
        let placed = batch.placed(in: places, size: size)
        var found: (names: [String], numbers: Tensor)?
        let recording = Recording(on: model.store.device, beside: steps.values.first?.recording) {
            places.rewind()
            model.store.clearGradients()
            let loss = model.loss(placed, in: precision)
            loss.total.backward()
            let norm = gradientNorm(parameters).to(.float64).reshaped(1)
            found = (loss.parts.map(\.name), .concatenated([loss.stacked, norm], 0))
        }
        guard let found else { preconditionFailure("a recording runs what it records") }
        return Step(
            recording: recording, places: places, names: found.names, numbers: found.numbers,
            gradients: parameters.map(\.tensor.gradient))
    }

    /// Clips by fives and words by eights: few sizes, and little padding.
    private static func size(_ batch: Batch) -> Batch.Size {
        func rounded(_ count: Int?, _ unit: Int) -> Int { ((count ?? 0) + unit - 1) / unit * unit }
        return Batch.Size(clips: rounded(batch.clipCounts.max(), 5), words: rounded(batch.wordCounts.max(), 8))
    }
}
