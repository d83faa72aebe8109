import Batches
import Torch

/// A model that finds the moments of a video that a sentence describes.
///
/// CDNet and its rivals all answer to this. Training needs `loss`, everything else needs `ground`.
public protocol GroundingModel: AnyObject {
    /// Parameters and buffers; its `isTraining` switches dropout.
    var store: ParameterStore { get }

    /// The loss of a batch with targets, and its parts for the log.
    func loss(_ batch: Batch) -> Loss

    /// Ranked moments and saliency for each query of a batch. Records no gradients.
    func ground(_ batch: Batch) -> [Grounding]

    /// Whether the loss of such a batch reads nothing back from the device and takes all that it needs of the batch by
    /// `Batch.placed`, so that it can be recorded for all batches of its fixed size. The targets lie on the CPU.
    func canRecordLoss(of batch: Batch) -> Bool
}

extension GroundingModel {
    /// No, unless a model says so.
    public func canRecordLoss(of batch: Batch) -> Bool { false }
}

extension GroundingModel {
    /// Runs `body` as an answer is found: without dropout and without recording gradients.
    func answering<Result>(_ body: () throws -> Result) rethrows -> Result {
        let wasTraining = store.isTraining
        store.isTraining = false
        defer { store.isTraining = wasTraining }
        return try withoutGradient(body)
    }

    /// What a loss draws from in training; nil outside of it, so that an evaluation draws nothing.
    var lossRandom: RandomSource? { store.isTraining ? store.random : nil }
}

/// A loss and what it is made of.
public struct Loss {
    /// What is minimised; one number.
    public let total: Tensor
    /// Its parts by name, weighted as they enter the total, in the order in which they are shown.
    public let parts: [(name: String, value: Tensor)]

    /// Makes a loss.
    public init(total: Tensor, parts: [(name: String, value: Tensor)]) {
        self.total = total
        self.parts = parts
    }

    /// The values, in one transfer where they lie on a GPU.
    public var numbers: (total: Double, parts: [Double]) {
        let all = stacked.doubles()
        return (all[0], Array(all.dropFirst()))
    }

    /// The total and its parts where they lie, as `float64`.
    package var stacked: Tensor {
        withoutGradient { Tensor.stacked(([total] + parts.map(\.value)).map { $0.to(.float64) }) }
    }

    /// The sum of its parts.
    init(_ parts: [(name: String, value: Tensor)]) {
        precondition(!parts.isEmpty, "a loss has parts")
        self.init(total: parts.dropFirst().reduce(parts[0].value) { $0 + $1.value }, parts: parts)
    }
}

/// A stretch of a video with the model's confidence in it.
public struct RankedMoment: Hashable, Sendable, Codable {
    /// Where it is, in seconds.
    public var span: Span
    /// The greater the better; 0…1 where the model says so.
    public var score: Double
    /// The number that the score was made from, as the model gave it: before the sigmoid, or the foreground's minus the
    /// background's before the softmax. Nil where the model has none.
    public var logit: Double?

    /// Makes a moment.
    public init(_ span: Span, score: Double, logit: Double? = nil) {
        self.span = span
        self.score = score
        self.logit = logit
    }
}

/// A model's answer to one query.
public struct Grounding: Sendable {
    /// Moments, best first.
    public var moments: [RankedMoment]
    /// Saliency of each of the video's own clips, as the model gives it.
    public var saliency: [Double]
    /// How much each clip has to do with the sentence, 0…1; nil where the model has no such score.
    public var relevance: [Double]?

    /// Makes an answer.
    public init(moments: [RankedMoment], saliency: [Double], relevance: [Double]? = nil) {
        self.moments = moments
        self.saliency = saliency
        self.relevance = relevance
    }
}
