import TensorFiles

/// The models whose published checkpoints are known here, told by the names of their arrays.
public enum PublishedKind: String, Sendable, CaseIterable {
    /// Lei et al., NeurIPS 2021.
    case momentDETR = "Moment-DETR"
    /// Moon et al., CVPR 2023.
    case qdDETR = "QD-DETR"
    /// Lin et al., ICCV 2023.
    case uniVTG = "UniVTG"
    /// Liu et al., CVPR 2022.
    case umt = "UMT"

    /// The kind of a state dictionary; nil where it is of none.
    public init?(_ arrays: OrderedTensors) {
        let names = Set(arrays.names.map(Self.withoutWrapper))
        func has(_ needed: String...) -> Bool { names.isSuperset(of: needed) }
        if has("transformer.t2v_encoder.layers.0.linear1.weight", "global_rep_token", "saliency_proj1.weight") {
            self = .qdDETR
        } else if has("query_embed.weight", "class_embed.weight", "saliency_proj.weight") {
            self = .momentDETR
        } else if has("weightedpool.weight", "token_type_embeddings.weight", "class_embed.layers.0.weight") {
            self = .uniVTG
        } else if has("video_enc.mapping.linear.weight", "query_gen.mapping.linear.weight", "query_dec.norm.weight") {
            self = .umt
        } else {
            return nil
        }
    }

    /// A name without what PyTorch puts before those of a model that was trained on several devices.
    static func withoutWrapper(_ name: String) -> String {
        name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
    }
}

/// Why a published checkpoint cannot be taken over.
public struct PublishedCheckpointError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// What is wrong, and what to do.
    public let reason: String

    /// `model_best.ckpt: …`.
    public var description: String { "\(file): \(reason)" }
}
