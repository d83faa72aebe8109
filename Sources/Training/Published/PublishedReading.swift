import Datasets
import Evaluation
import Grounding
import TensorFiles

/// From a published checkpoint's arrays and options to settings, features and a configuration of ours.
struct PublishedReading {
    let kind: PublishedKind
    private(set) var arrays: OrderedTensors
    let options: PublishedOptions
    /// What the user says of the video features.
    let features: [FeatureRecipe.Component]
    let file: String
    private(set) var notes: [String] = []

    init(
        kind: PublishedKind, arrays: OrderedTensors, options: PublishedOptions, features: [FeatureRecipe.Component],
        file: String
    ) {
        self.kind = kind
        self.arrays = arrays
        self.options = options
        self.features = features
        self.file = file
    }

    var shapes: PublishedShapes { PublishedShapes(arrays, file: file) }
    private var isUMT: Bool { kind == .umt }

    /// Numbers a clip, sound and endpoints included.
    var width: Int {
        get throws {
            guard isUMT else { return try shapes.size("input_vid_proj.0.net.1.weight", 1) }
            return try shapes.size("video_enc.mapping.linear.weight", 1) + soundWidth
        }
    }

    /// Numbers of a clip's sound.
    var soundWidth: Int {
        get throws {
            let name = "audio_enc.mapping.linear.weight"
            guard shapes.has(name) else { return 0 }
            return try shapes.size(name, 1)
        }
    }

    /// Numbers a word.
    var textWidth: Int {
        get throws {
            try shapes.size(isUMT ? "query_gen.mapping.linear.weight" : "input_txt_proj.0.net.1.weight", 1)
        }
    }

    /// Words that are read. UMT's checkpoints do not limit them; its features were cut to 32.
    private var maxWords: Int {
        get throws {
            guard !isUMT else { return 32 }
            return try shapes.size("txt_position_embed.position_embeddings.weight", 0)
        }
    }

    func fail(_ reason: String) -> PublishedCheckpointError { PublishedCheckpointError(file: file, reason: reason) }

    mutating func note(_ text: String) { notes.append(text) }

    /// Leaves arrays out that no answer needs.
    mutating func leaveOut(_ isNeedless: (String) -> Bool) {
        for name in arrays.names where isNeedless(name) {
            arrays[name] = nil
            notes.append("left out \(name), which no answer needs")
        }
    }

    // MARK: Its features

    /// What the model's features are.
    mutating func recipe() throws -> FeatureRecipe {
        let usesEndpoints = isUMT ? false : (options.text("ctx_mode") ?? "video_tef").contains("tef")
        let normalised = isUMT ? false : options.flag("no_norm_vfeat") != true
        if !isUMT, (options.flag("no_norm_tfeat") == true) == normalised {
            throw fail(
                "it was trained with only one of video and text features normalised, which Moments does not have.")
        }
        let total = try width - (usesEndpoints ? 2 : 0)
        let text = options.text("t_feat_dir").map(Self.name) ?? "clip_text_features"
        return FeatureRecipe(
            video: try components(total),
            text: .init(name: text, width: try textWidth),
            settings: FeatureSettings(
                clipLength: options.number("clip_length") ?? 2, maxClips: options.integer("max_v_l") ?? 75,
                temporalEndpoints: usesEndpoints, normalised: normalised,
                maxWords: try maxWords))
    }

    /// The kinds of video features: as the user says, as the folders' names tell, or one of the whole width.
    private mutating func components(_ total: Int) throws -> [FeatureRecipe.Component] {
        func add(_ parts: [FeatureRecipe.Component]) -> Int { parts.reduce(0) { $0 + $1.width } }
        if !features.isEmpty {
            guard add(features) == total else {
                throw fail(
                    "the features that --features names have \(add(features)) numbers; the model wants \(total).")
            }
            return features
        }
        let folders = options.texts("v_feat_dirs").map(Self.name)
        if folders.count == 1 { return [.init(name: folders[0], width: total)] }
        let told: [(name: String, width: Int)] = folders.compactMap { name in
            Self.width(of: name).map { (name: name, width: $0) }
        }
        let candidates: [[(name: String, width: Int)]] = [
            told.count == folders.count ? told : [],
            [("slowfast_features", 2304), ("clip_features", 512)],
            [("slowfast_features", 2304), ("clip_features", 512), ("pann_features", 2048)],
        ]
        let named = candidates.map { $0.map { FeatureRecipe.Component(name: $0.name, width: $0.width) } }
        if let fitting = named.first(where: { add($0) == total }) { return fitting }
        note("took its \(total) numbers a clip for one kind of features; --features names several")
        return [.init(name: "video_features", width: total)]
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Numbers a clip of the encoders that the field's folders are named after.
    private static func width(of name: String) -> Int? {
        let known = [("slowfast", 2304), ("clip", 512), ("i3d", 1024), ("c3d", 500), ("pann", 2048)]
        return known.first { name.lowercased().contains($0.0) }?.1
    }

    // MARK: The run

    /// A configuration that tells where the features lay in training, as far as the options say so.
    func configuration(
        _ settings: any ModelSettings, _ recipe: FeatureRecipe, name: String
    ) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.name = name
        configuration.model = ModelChoice(settings)
        configuration.seed = UInt64(max(0, options.integer("seed") ?? 2018))
        configuration.data.train = options.texts("train_path").first ?? "train.jsonl"
        configuration.data.val = options.text("eval_path")
        let folders = options.texts("v_feat_dirs")
        configuration.data.video = folders.isEmpty ? recipe.video.map(\.name) : folders
        configuration.data.text = options.text("t_feat_dir") ?? recipe.text.name
        configuration.data.clipLength = recipe.clipLength
        configuration.data.maxClips = recipe.maxClips
        configuration.data.maxWords = recipe.maxWords
        configuration.data.temporalEndpoints = recipe.temporalEndpoints
        configuration.data.normalised = recipe.normalised
        configuration.data.maxMoments = options.integer("max_windows") ?? 5
        switch options.text("dset_name") {
        case "charades"?: configuration.data.benchmark = .charadesSTA
        case "tacos"?: configuration.data.benchmark = .tacos
        default: break
        }
        configuration.optimisation.learningRate = options.number("lr") ?? 1e-4
        configuration.optimisation.weightDecay = options.number("wd") ?? 1e-4
        configuration.optimisation.batchSize = max(1, options.integer("bsz") ?? 32)
        configuration.optimisation.epochs = max(0, options.integer("n_epoch") ?? 200)
        configuration.output.directory = "runs/\(kind)"
        return configuration
    }
}
