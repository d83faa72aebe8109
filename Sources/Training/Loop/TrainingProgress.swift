import Datasets
import Torch

/// Where a run stands. With the parameters and the optimiser's memory, all that follows is known.
public struct TrainingProgress: Codable, Hashable, Sendable {
    /// The next batch: epoch and place in it, both from 0.
    public var position = LoaderPosition()
    /// Steps done.
    public var step = 0
    /// What dropout draws from next.
    public var random: RandomSource.State
    /// The scale of the loss, where the precision is `float16`.
    public var scaler: GradientScaler.State?
    /// Steps that were left out because their gradients overflowed, where the precision is `float16`.
    public var skipped: Int?
    /// Sums over the steps of the epoch that is under way.
    public var sums = LossSums()
    /// The best evaluation so far.
    public var best: BestEpoch?
    /// Evaluations since then.
    public var evaluationsSinceBest = 0
    /// Whether early stopping or the last epoch has ended the run.
    public var isFinished = false

    /// A run before its first step.
    public init(random: RandomSource.State) { self.random = random }
}

/// The epoch with the best evaluation.
public struct BestEpoch: Codable, Hashable, Sendable {
    /// The epoch, from 1; 0 for the model as it was made.
    public var epoch: Int
    /// Its figure.
    public var value: Double

    /// Makes a best epoch.
    public init(epoch: Int, value: Double) {
        self.epoch = epoch
        self.value = value
    }
}

/// Sums of losses, for their mean over an epoch.
public struct LossSums: Codable, Hashable, Sendable {
    /// Steps that were added up.
    public private(set) var steps = 0
    /// Queries in them.
    public private(set) var queries = 0
    /// The names of the sums, the total first.
    public private(set) var names: [String] = []
    /// The sums, weighted by queries.
    public private(set) var values: [Double] = []

    /// No steps.
    public init() {}

    /// Adds a step.
    mutating func add(_ record: StepRecord, queries count: Int) {
        if names.isEmpty {
            names = ["loss"] + record.parts.map(\.name)
            values = [Double](repeating: 0, count: names.count)
        }
        steps += 1
        queries += count
        let added = [record.loss] + record.parts.map(\.value)
        for (index, value) in added.enumerated() where index < values.count {
            values[index] += value * Double(count)
        }
    }

    /// The means over queries by name, in the model's order; the total is `loss`.
    public var means: [(name: String, value: Double)] {
        zip(names, values).map { ($0, queries > 0 ? $1 / Double(queries) : 0) }
    }
}

/// One step, as `steps.jsonl` has it.
public struct StepRecord: Sendable, Equatable {
    /// Steps done with this one.
    public var step: Int
    /// The epoch, from 1.
    public var epoch: Int
    /// The loss, before the step.
    public var loss: Double
    /// What it is made of.
    public var parts: [LossPart]
    /// The learning rate of the step.
    public var learningRate: Double
    /// The L2 norm of all gradients together, before clipping; not a number where they overflowed.
    public var gradientNorm: Double
    /// What the loss was multiplied by; nil where the precision needs no scale.
    public var lossScale: Double?
    /// Whether the gradients overflowed in `float16`, so that the parameters were left as they were.
    public var isSkipped = false
}

/// One part of a loss.
public struct LossPart: Codable, Sendable, Hashable {
    /// What it is.
    public var name: String
    /// How much it is, weighted.
    public var value: Double
}

extension StepRecord {
    /// One line of JSON; numbers read back to the last bit.
    var json: String {
        func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
        let parts = parts.map { "\(JSONText.quoted($0.name)):\(number($0.value))" }.joined(separator: ",")
        return "{\"step\":\(step),\"epoch\":\(epoch),\"loss\":\(number(loss)),\"parts\":{\(parts)},"
            + "\"learningRate\":\(number(learningRate)),\"gradientNorm\":\(number(gradientNorm))"
            + (lossScale.map { ",\"lossScale\":\(number($0)),\"skipped\":\(isSkipped)" } ?? "") + "}"
    }
}
