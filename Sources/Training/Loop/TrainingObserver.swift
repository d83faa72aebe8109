/// Who is told how a run goes: a progress line, a test, a page.
public protocol TrainingObserver: AnyObject {
    /// Features were looked at, before training begins.
    func checked(_ done: Int, of queries: Int)
    /// Training begins, or goes on.
    func began(_ run: RunDescription)
    /// A step was taken.
    func finished(_ step: StepRecord, batch: Int, of batches: Int, queries: Int)
    /// A part of an evaluation is done.
    func evaluated(_ done: Int, of queries: Int)
    /// An epoch is over.
    func finished(_ epoch: EpochRecord, isBest: Bool)
    /// Something worth a line of its own.
    func note(_ text: String)
}

extension TrainingObserver {
    /// Nothing is shown.
    public func checked(_ done: Int, of queries: Int) {}
    /// Nothing is shown.
    public func began(_ run: RunDescription) {}
    /// Nothing is shown.
    public func finished(_ step: StepRecord, batch: Int, of batches: Int, queries: Int) {}
    /// Nothing is shown.
    public func evaluated(_ done: Int, of queries: Int) {}
    /// Nothing is shown.
    public func finished(_ epoch: EpochRecord, isBest: Bool) {}
    /// Nothing is shown.
    public func note(_ text: String) {}
}

/// What a run is about, for its first line.
public struct RunDescription: Sendable {
    /// The run's name.
    public var name: String
    /// The model's name and its number of learned numbers.
    public var model: String
    /// See ``model``.
    public var parameterCount: Int
    /// Queries to learn from.
    public var queryCount: Int
    /// Steps an epoch.
    public var batchesPerEpoch: Int
    /// Epochs in all.
    public var epochs: Int
    /// Steps done before, for a run that goes on.
    public var stepsDone: Int
    /// Whether the features are simulated.
    public var isSimulated: Bool
    /// What the best checkpoint is chosen by; nil without an evaluation.
    public var metric: String?
}

/// One epoch, as `metrics.jsonl` has it.
public struct EpochRecord: Sendable {
    /// From 1; 0 for the model as it was made.
    public var epoch: Int
    /// Steps done.
    public var step: Int
    /// Mean losses by name, the total first.
    public var losses: [LossPart]
    /// The learning rate of its last step.
    public var learningRate: Double
    /// Figures of the evaluation; nil where there was none after this epoch.
    public var scores: Scores?
    /// Queries a second while training, since the epoch was begun or gone on with.
    public var queriesPerSecond: Double
    /// Seconds of training and of evaluation.
    public var seconds: (training: Double, evaluation: Double)
    /// Whether the features are simulated.
    public var isSimulated: Bool

    /// One line of JSON.
    var json: String {
        func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
        func short(_ value: Double) -> String { number((value * 1000).rounded() / 1000) }
        let losses = losses.map { "\(JSONText.quoted($0.name)):\(number($0.value))" }.joined(separator: ",")
        var members = ["\"epoch\":\(epoch)", "\"step\":\(step)", "\"losses\":{\(losses)}"]
        members.append("\"learningRate\":\(number(learningRate))")
        if let scores { members.append("\"scores\":\(scores.json)") }
        members.append("\"queriesPerSecond\":\(short(queriesPerSecond))")
        members.append("\"trainingSeconds\":\(short(seconds.training))")
        members.append("\"evaluationSeconds\":\(short(seconds.evaluation))")
        members.append("\"simulated\":\(isSimulated)")
        return "{\(members.joined(separator: ","))}"
    }
}
