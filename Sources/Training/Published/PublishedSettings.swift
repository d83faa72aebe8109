import Grounding
import TensorFiles

/// Sizes that the settings of Moment-DETR and its kin have in common.
private protocol TransformerSettings {
    var hiddenSize: Int { get set }
    var heads: Int { get set }
    var projectionLayers: Int { get set }
    var encoderLayers: Int { get set }
    var feedForwardSize: Int { get set }
    var maxWords: Int { get set }
    var inputDropout: Double { get set }
    var dropout: Double { get set }
    var backgroundWeight: Double { get set }
    init(videoWidth: Int, textWidth: Int)
}

/// What those with moment queries have besides.
private protocol MomentQuerySettings: TransformerSettings {
    var decoderLayers: Int { get set }
    var queryCount: Int { get set }
    var labelWeight: Double { get set }
    var spanWeight: Double { get set }
    var giouWeight: Double { get set }
    var saliencyWeight: Double { get set }
    var saliencyMargin: Double { get set }
    var matchingClassCost: Double { get set }
    var matchingL1Cost: Double { get set }
    var matchingGIoUCost: Double { get set }
    var usesAuxiliaryLosses: Bool { get set }
}

extension MomentDETRConfiguration: MomentQuerySettings {}
extension QDDETRConfiguration: MomentQuerySettings {}
extension UniVTGConfiguration: TransformerSettings {}

extension PublishedReading {
    /// The model's settings: sizes from the arrays, all else from the options.
    mutating func settings() throws -> any ModelSettings {
        if kind == .umt { return try umt() }
        try refuseVariants()
        // They serve a loss that the published models were trained without.
        leaveOut { $0.hasPrefix("contrastive_align_projection") }
        if !options.areThere { note("the checkpoint has no options; took the published ones and 8 heads") }
        switch kind {
        case .momentDETR: return try momentQueries() as MomentDETRConfiguration
        case .qdDETR: return try momentQueries() as QDDETRConfiguration
        case .uniVTG: return try uniVTG()
        case .umt: return try umt()
        }
    }

    private func transformer<Settings: TransformerSettings>() throws -> Settings {
        var settings = try Settings(videoWidth: width, textWidth: textWidth)
        settings.hiddenSize = try shapes.size("input_vid_proj.0.net.1.weight", 0)
        settings.projectionLayers = shapes.count("input_vid_proj.")
        settings.encoderLayers = shapes.count("transformer.encoder.layers.")
        settings.feedForwardSize = try shapes.size("transformer.encoder.layers.0.linear1.weight", 0)
        settings.maxWords = try shapes.size("txt_position_embed.position_embeddings.weight", 0)
        settings.heads = options.integer("nheads") ?? 8
        options.set(
            &settings,
            [("input_dropout", \.inputDropout), ("dropout", \.dropout), ("eos_coef", \.backgroundWeight)])
        return settings
    }

    private func momentQueries<Settings: MomentQuerySettings>() throws -> Settings {
        var settings: Settings = try transformer()
        settings.decoderLayers = shapes.count("transformer.decoder.layers.")
        settings.queryCount = try shapes.size("query_embed.weight", 0)
        options.set(
            &settings,
            [
                ("label_loss_coef", \.labelWeight), ("span_loss_coef", \.spanWeight), ("giou_loss_coef", \.giouWeight),
                ("lw_saliency", \.saliencyWeight), ("saliency_margin", \.saliencyMargin),
                ("set_cost_class", \.matchingClassCost), ("set_cost_span", \.matchingL1Cost),
                ("set_cost_giou", \.matchingGIoUCost),
            ])
        settings.usesAuxiliaryLosses = options.flag("aux_loss") ?? true
        return settings
    }

    private func uniVTG() throws -> UniVTGConfiguration {
        var settings: UniVTGConfiguration = try transformer()
        settings.headLayers = shapes.count("class_embed.layers.")
        settings.headKernel = try shapes.size("class_embed.layers.0.weight", 2)
        options.set(
            &settings,
            [
                ("droppath", \.dropPath), ("b_loss_coef", \.boundaryWeight), ("g_loss_coef", \.giouWeight),
                ("f_loss_coef", \.foregroundWeight), ("s_loss_inter_coef", \.interWeight),
                ("s_loss_intra_coef", \.intraWeight),
            ])
        // −1 is none.
        if let threshold = options.number("nms_thd") { settings.nmsThreshold = threshold >= 0 ? threshold : 1 }
        if let count = options.integer("max_after_nms") { settings.momentCount = count }
        if let rounding = options.number("round_multiple") { settings.roundsToClips = rounding > 0 }
        if options.areThere { settings.highlights = options.text("eval_mode") == "add" ? .sum : .saliency }
        return settings
    }

    private mutating func umt() throws -> UMTConfiguration {
        var settings = try UMTConfiguration(videoWidth: width, textWidth: textWidth)
        settings.audioWidth = try soundWidth
        settings.hiddenSize = try shapes.size("video_enc.mapping.linear.weight", 0)
        settings.feedForwardSize = try shapes.size("video_enc.encoder.ffn.mapping.0.weight", 0)
        settings.maxClips = try shapes.size("video_enc.pos_enc.pe", 1)
        if settings.audioWidth > 0 {
            settings.bottleneckTokens = try shapes.size("cross_enc.encoder.token", 0)
            settings.bottleneckLayers = shapes.count("cross_enc.encoder.encoder.")
        }
        settings.decoderLayers = shapes.count("query_dec.decoder.")
        settings.predictsSaliency = arrays.names.contains { $0.hasSuffix("saliency_pred.linear.weight") }
        settings.predictsMoments = arrays.names.contains { $0.hasSuffix("center_pred.linear.weight") }
        if let heads = options.integer("nheads") {
            settings.heads = heads
        } else {
            note("UMT's checkpoints have no options; took the published ones and 8 heads")
        }
        return settings
    }

    /// Options that change the model into one that is not written here.
    private func refuseVariants() throws {
        let variants: [(found: Bool, what: String)] = [
            (options.flag("pre_norm") == true, "pre_norm"),
            (options.flag("use_txt_pos") == true, "use_txt_pos"),
            ((options.text("span_loss_type") ?? "l1") != "l1", "span_loss_type other than l1"),
            ((options.text("position_embedding") ?? "sine") != "sine", "position_embedding other than sine"),
            (options.text("a_feat_dir") != nil, "a_feat_dir (features of sound, in columns behind the endpoints)"),
        ]
        if let variant = variants.first(where: \.found) {
            throw fail(
                "it was trained with \(variant.what), a variant of \(kind.rawValue) that Moments does not have. "
                    + "moments convert --arrays writes its arrays all the same.")
        }
    }
}
