import Coding
import Torch

/// How a model learns.
public struct OptimisationConfiguration: ConfigurationBlock, Hashable {
    /// The learning rate's way after the warm-up.
    public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
        /// Stays as it is.
        case constant
        /// Times `stepFactor` after every `stepEpochs`.
        case step
        /// Half a cosine from 1 down to `cosineFloor` at the last step.
        case cosine
    }

    /// Arithmetic of matrix products in the forward pass.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        /// `float32` throughout.
        case single
        /// `float32`, whose factors a GPU rounds to 10 bits before it multiplies (TensorFloat-32); no difference elsewhere.
        case tensorFloat32
        /// Matrix products in `bfloat16`, the rest in `float32`.
        case bfloat16
        /// Matrix products in `float16`, the rest in `float32`, with a scaled loss: for GPUs. Right but slow on a
        /// processor.
        case float16
    }

    /// A run or checkpoint of the same model whose parameters this one begins with, such as a pre-training's; nil to begin
    /// with random ones.
    public var startFrom: String?
    /// AdamW's step size. Paper: 1e-4 on every data set.
    public var learningRate = 1e-4
    /// AdamW's decoupled weight decay. Restored: 1e-4.
    public var weightDecay = 1e-4
    /// Greatest L2 norm of all gradients together; nil for no limit. Restored: 0.1, as in Moment-DETR and UniVTG.
    @Nullable public var gradientClip: Double? = 0.1
    /// Queries a step. Restored: 32.
    public var batchSize = 32
    /// Passes over the training queries; 0 to evaluate the model as it is made.
    public var epochs = 100
    /// How the learning rate goes.
    public var schedule = ScheduleKind.constant
    /// Epochs between two drops of the `step` schedule.
    public var stepEpochs = 50
    /// What the `step` schedule multiplies the rate by.
    public var stepFactor = 0.1
    /// Where the `cosine` schedule ends, as a share of the learning rate.
    public var cosineFloor = 0.0
    /// Steps over which the rate rises linearly to its full value.
    public var warmupSteps = 0
    /// Arithmetic of matrix products.
    public var precision = Precision.single
    /// Whether a GPU's steps are recorded and started as one (CUDA graphs), where model, precision and libtorch allow it.
    public var recordsSteps = true
    /// What `float16` multiplies the loss by at the beginning, so that small gradients do not vanish. A step whose
    /// gradients overflow is left out and halves it.
    public var lossScale = 65536.0
    /// Good steps after which `float16` doubles the scale.
    public var lossScaleGrowth = 2000

    /// The defaults: the paper's, and restored where it is silent.
    public init() {}

    /// The schedule in steps, given how many of them an epoch has.
    func stepSchedule(stepsPerEpoch: Int) -> Schedule {
        let shape: Schedule.Shape =
            switch schedule {
            case .constant: .constant
            case .step: .step(interval: max(1, stepEpochs * stepsPerEpoch), factor: stepFactor)
            case .cosine: .cosine(total: epochs * stepsPerEpoch, floor: cosineFloor)
            }
        return Schedule(shape, warmup: warmupSteps)
    }
}

/// How a model is judged while it learns.
public struct EvaluationConfiguration: ConfigurationBlock, Hashable {
    /// Epochs between evaluations. The last epoch is always evaluated.
    public var every = 1
    /// What the best checkpoint is chosen by; greater is better. The names are those of `moments score --json`.
    public var metric = "MR-full-mAP"
    /// Evaluations without a better one after which training stops; nil for never.
    public var patience: Int?
    /// Queries a batch.
    public var batchSize = 64

    /// The defaults.
    public init() {}
}

/// What a run writes, and how often.
public struct OutputConfiguration: ConfigurationBlock, Hashable {
    /// The run's folder.
    public var directory = ""
    /// Steps between two saves inside an epoch, which is saved at its end anyway.
    public var checkpointSteps = 200

    /// The defaults; the directory has none.
    public init() {}
}
