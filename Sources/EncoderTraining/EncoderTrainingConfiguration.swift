import Encoders
import Torch
import Training

/// What the encoders of the small world learn from and how: a configuration of `moments train-encoders`.
public struct EncoderTrainingConfiguration: ConfigurationBlock, Hashable {
    /// What the run is called.
    public var name = "small-world"
    /// Decides first weights and what is drawn for each step.
    public var seed: UInt64 = 0
    /// Threads that one operation may use; nil for as many as there are cores.
    public var threads: Int?
    /// `cpu`, `cuda`, `cuda:1`, or `best` for a GPU where there is one.
    public var device = "cpu"
    /// The scenes.
    public var world = WorldSamples()
    /// CLIP and how it learns.
    public var clip = CLIPLessons()
    /// SlowFast and how it learns.
    public var slowfast = SlowFastLessons()
    /// What is written where.
    public var output = EncoderOutput()

    /// The defaults; the output directory has none.
    public init() {}

    /// What makes it unusable.
    public var problems: [(path: [String], reason: String)] {
        var problems: [(path: [String], reason: String)] = []
        func require(_ condition: Bool, _ path: String..., reason: String) {
            if !condition { problems.append((path, reason)) }
        }
        require(
            Device(named: device) != nil, "device", reason: "expected cpu, cuda, cuda:1 or best")
        require(threads ?? 1 > 0, "threads", reason: "must be at least 1")
        require(world.scenes > 0, "world", "scenes", reason: "must be at least 1")
        require(world.validationScenes > 1, "world", "validationScenes", reason: "must be at least 2")
        require((0...1).contains(world.codecNoise), "world", "codecNoise", reason: "must be from 0 to 1")
        require(!output.directory.isEmpty, "output", "directory", reason: "name a folder for what the run writes")
        require(output.saveSteps > 0, "output", "saveSteps", reason: "must be at least 1")
        let model = clip.model
        require(
            model.imageSize % 8 == 0 && model.patchSize > 0 && model.imageSize % max(model.patchSize, 1) == 0, "clip",
            "model", "imageSize", reason: "must be a multiple of 8 and of patchSize")
        require(
            model.visionHeads > 0 && model.visionWidth % max(model.visionHeads, 1) == 0, "clip", "model", "visionHeads",
            reason: "must divide visionWidth")
        require(
            model.textHeads > 0 && model.textWidth % max(model.textHeads, 1) == 0, "clip", "model", "textHeads",
            reason: "must divide textWidth")
        require(slowfast.model.cropSize % 8 == 0, "slowfast", "model", "cropSize", reason: "must be a multiple of 8")
        require(
            slowfast.model.frameRatio > 0 && slowfast.model.frames % max(slowfast.model.frameRatio, 1) == 0, "slowfast",
            "model", "frames", reason: "must be a multiple of frameRatio")
        require((0...1).contains(slowfast.anywhere), "slowfast", "anywhere", reason: "must be from 0 to 1")
        require((0...1).contains(slowfast.alone), "slowfast", "alone", reason: "must be from 0 to 1")
        for (part, learning) in [("clip", clip.learning), ("slowfast", slowfast.learning)] {
            require(learning.epochs >= 0, part, "learning", "epochs", reason: "must not be negative")
            require(learning.stepsPerEpoch > 0, part, "learning", "stepsPerEpoch", reason: "must be at least 1")
            require(learning.batchSize > 1, part, "learning", "batchSize", reason: "must be at least 2")
        }
        return problems
    }
}

extension EncoderTrainingConfiguration {
    /// Where the encoders learn.
    var chosenDevice: Device { Device(named: device) ?? .cpu }
}

/// Which scenes are shown.
public struct WorldSamples: ConfigurationBlock, Hashable {
    /// The world's seed. Let it be another than that of the videos that a grounding model learns from.
    public var seed: UInt64 = 1000
    /// Different scenes of the training split.
    public var scenes = 20000
    /// Scenes of the validation split.
    public var validationScenes = 300
    /// How much pictures are spoiled as a codec spoils them, from 0 to 1.
    public var codecNoise = 0.7

    /// The defaults.
    public init() {}
}

/// How long and how fast an encoder learns.
public struct EncoderLearning: ConfigurationBlock, Hashable {
    /// Samples a step.
    public var batchSize = 64
    /// Times that the metrics are taken.
    public var epochs = 10
    /// Steps from one to the next.
    public var stepsPerEpoch = 200
    /// AdamW's greatest step size; half a cosine leads from it to a hundredth.
    public var learningRate = 1e-3
    /// AdamW's decoupled weight decay.
    public var weightDecay = 0.05
    /// Steps over which the rate rises.
    public var warmupSteps = 100
    /// Greatest L2 norm of all gradients together.
    public var gradientClip = 1.0

    /// The defaults.
    public init() {}
}

/// CLIP's sizes and what it learns from.
public struct CLIPLessons: ConfigurationBlock, Hashable {
    /// The sizes; `vocabularySize` follows from the vocabulary.
    public var model: CLIPConfiguration = {
        var model = CLIPConfiguration()
        model.embeddingSize = 192
        (model.imageSize, model.patchSize) = (96, 16)
        (model.visionWidth, model.visionLayers, model.visionHeads) = (192, 6, 3)
        (model.textWidth, model.textLayers, model.textHeads) = (192, 3, 3)
        model.contextLength = 40
        return model
    }()
    /// The share of sentences that say what is seen, and not what happens.
    public var captions = 0.6
    /// How it learns.
    public var learning = EncoderLearning()

    /// The defaults.
    public init() {}
}

/// SlowFast's sizes and what it learns from.
public struct SlowFastLessons: ConfigurationBlock, Hashable {
    /// The sizes; `classes` follows from the labels.
    public var model: SlowFastConfiguration = {
        var model = SlowFastConfiguration()
        (model.frames, model.frameRatio) = (16, 4)
        (model.width, model.fastWidth) = (24, 8)
        model.blocks = [1, 1, 1, 1]
        model.cropSize = 64
        return model
    }()
    /// The share of clips in which nothing needs to happen.
    public var anywhere = 0.1
    /// The share of clips, at the beginning, that show nobody but those who act; it falls to none at the end. So actions
    /// are learned where nothing distracts from them.
    public var alone = 1.0
    /// How much the labels of the picture's places count beside those of the clip as a whole.
    public var places = 0.5
    /// How it learns.
    public var learning: EncoderLearning = {
        var learning = EncoderLearning()
        learning.batchSize = 24
        return learning
    }()

    /// The defaults.
    public init() {}
}

/// What a run writes.
public struct EncoderOutput: ConfigurationBlock, Hashable {
    /// The run's folder.
    public var directory = ""
    /// Whether the encoders' files hold half precision.
    public var halfPrecision = true
    /// Steps between two saves inside of an epoch, which is saved at its end anyway.
    public var saveSteps = 200

    /// The defaults; the directory has none.
    public init() {}
}
