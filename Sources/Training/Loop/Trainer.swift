import Batches
import Datasets
import Foundation
import Grounding
import Torch

/// Trains a model: steps, evaluations, checkpoints, logs.
///
/// What it does follows from the configuration and the seed alone. A run that was interrupted, even killed, goes on
/// from its last checkpoint with just the numbers that it would have had.
///
/// Everything happens on the calling thread.
public final class Trainer {
    /// Measures a model on the validation queries.
    ///
    /// Tells the second argument how many queries are done; stops with `CancellationError` where that returns false.
    public typealias Evaluation = (any GroundingModel, (_ done: Int, _ of: Int) -> Bool) throws -> Scores

    /// What ended a run.
    public enum End: Sendable, Equatable {
        /// All epochs are done.
        case lastEpoch
        /// No better evaluation for as many as `evaluation.patience` says.
        case earlyStop
    }

    let setup: RunSetup
    let model: any GroundingModel
    let source: any BatchSource
    let evaluation: Evaluation?
    let optimiser: AdamW
    /// Only for `float16`.
    let scaler: GradientScaler?
    /// Where a GPU's steps can be recorded.
    let recordedSteps: RecordedSteps?
    /// Where several processes train together.
    let parallel: DataParallel?
    let schedule: Schedule
    let batchesPerEpoch: Int
    weak var observer: (any TrainingObserver)?
    /// The signal that asks to stop; nil to go on.
    public var interruption: () -> Int32? = { Interruption.pending }

    var progress: TrainingProgress
    var scores = Scores()
    var steps: RunLog?
    var metrics: RunLog?
    var curves = RunCurves()
    /// Held while the run goes on.
    var lock: RunLock?

    /// Makes a trainer for a model as it was made; see ``resume()``.
    ///
    /// - Parameters:
    ///   - setup: Configuration, features and folder.
    ///   - model: What is trained.
    ///   - source: Queries to learn from.
    ///   - evaluation: Measures the model; nil to train without. Where several processes train together, all call it, and it
    ///     gives all of them the same.
    ///   - observer: Who is told how the run goes; whoever makes the trainer keeps it.
    ///   - group: The processes that train together; nil for this one alone.
    public init(
        _ setup: RunSetup, model: any GroundingModel, source: any BatchSource, evaluation: Evaluation?,
        observer: (any TrainingObserver)? = nil, group: ProcessGroup? = nil
    ) throws {
        guard source.queryCount > 0 else { throw RunError.noQueries(path: setup.configuration.data.train) }
        self.setup = setup
        self.model = model
        self.source = source
        self.evaluation = evaluation
        self.observer = observer
        let settings = setup.configuration.optimisation
        batchesPerEpoch = source.batchCount(size: settings.batchSize)
        optimiser = AdamW(
            model.store.parameters, learningRate: settings.learningRate, weightDecay: settings.weightDecay)
        schedule = settings.stepSchedule(stepsPerEpoch: batchesPerEpoch)
        scaler =
            settings.precision == .float16
            ? GradientScaler(scale: settings.lossScale, growthInterval: settings.lossScaleGrowth) : nil
        Libtorch.setTensorFloat32(settings.precision == .tensorFloat32)
        parallel = try group.map { try DataParallel($0, model) }
        recordedSteps =
            settings.recordsSteps && group == nil
            ? RecordedSteps(model, optimiser.parameters, precision: settings.precision) : nil
        progress = TrainingProgress(random: model.store.random.state)
        progress.scaler = scaler?.state
    }

    /// Where the run writes.
    public var folder: RunFolder { setup.folder }
    /// The best evaluation so far; nil before the first.
    public var best: BestEpoch? { progress.best }
    /// The figures of the last evaluation.
    public var lastScores: Scores { scores }

    /// Takes over the state of the run that the folder holds.
    ///
    /// - Throws: ``RunError`` where there is none, or where the configuration is not the one that it was begun with;
    ///   ``CheckpointError`` where the checkpoint is damaged.
    public func resume() throws {
        try takeLock()
        guard FileManager.default.fileExists(atPath: setup.folder.last.path) else {
            throw RunError.nothingToResume(folder: setup.folder.url.path)
        }
        let checkpoint = try Checkpoint(contentsOf: setup.folder.last)
        let changes = setup.configuration.changes(since: checkpoint.metadata.configuration)
        let breaking = changes.filter { $0.weight == .breaking }
        guard breaking.isEmpty else { throw RunError.changed(breaking) }
        for change in changes where change.weight == .rounding {
            observer?.note("\(change); the numbers may differ from an uninterrupted run in their last bits.")
        }
        try setup.accept(checkpoint.metadata.recipe)
        try checkpoint.restore(model.store)
        try checkpoint.restore(optimiser)
        scores = checkpoint.metadata.scores
        goOn(from: checkpoint.metadata.progress)
        if progress.isFinished, hasEpochsLeft { progress.isFinished = false }
    }

    /// Stands where a run stood, but for the parameters and the optimiser's memory.
    func goOn(from progress: TrainingProgress) {
        self.progress = progress
        model.store.random.state = progress.random
        if let scaler, let state = progress.scaler { scaler.state = state }
    }

    /// Nobody else may write into the folder from here on.
    private func takeLock() throws {
        if lock == nil { lock = try RunLock(setup.folder) }
    }

    /// A run that had come to its end can be given more epochs.
    private var hasEpochsLeft: Bool {
        let patience = setup.configuration.evaluation.patience ?? .max
        return progress.position.epoch < setup.configuration.optimisation.epochs
            && progress.evaluationsSinceBest < patience
    }

    /// Trains to the end. Where several processes train together, all of them do, from where rank 0 stands.
    ///
    /// - Throws: ``RunError/interrupted(signal:folder:)`` after Ctrl-C, with the state saved;
    ///   ``RunError/busy(folder:)`` where another training is at work in the folder; ``RunError/notFinite(_:)`` for a
    ///   loss that is not finite, with nothing saved; whatever reading batches throws.
    @discardableResult
    public func run() throws -> End {
        defer { lock = nil }
        if isLeader { try openFolder() }
        try takeLeadersState()
        let settings = setup.configuration
        observer?.began(
            RunDescription(
                name: settings.name, model: settings.model.name, parameterCount: model.store.parameterCount,
                queryCount: source.queryCount, batchesPerEpoch: batchesPerEpoch, epochs: settings.optimisation.epochs,
                stepsDone: progress.step, isSimulated: setup.isSimulated,
                metric: evaluation == nil ? nil : settings.evaluation.metric))
        if settings.optimisation.epochs == 0, !progress.isFinished { try finishWithoutSteps() }
        while !progress.isFinished { try runEpoch() }
        return progress.position.epoch < settings.optimisation.epochs ? .earlyStop : .lastEpoch
    }

    /// Locks the folder and opens its logs.
    private func openFolder() throws {
        try takeLock()
        try setup.folder.create(setup.configuration)
        // Before anything else tells of a run: from its first step on there is a state to go on from.
        if progress.step == 0, !FileManager.default.fileExists(atPath: setup.folder.last.path) { try save() }
        // Lines of steps and epochs after the last save: they come again.
        let progress = progress
        steps = try RunLog(setup.folder.steps) { ($0["step"] as? Int ?? .max) <= progress.step }
        metrics = try RunLog(setup.folder.metrics) { line in
            guard let epoch = line["epoch"] as? Int else { return false }
            return progress.isFinished || (epoch > 0 && epoch <= progress.position.epoch)
        }
        curves = RunCurves(contentsOf: setup.folder.metrics)
    }
}
