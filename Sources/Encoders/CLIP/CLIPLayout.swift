import TensorFiles
import Torch

/// The ways in which CLIP's parameters are named in published files. The house's own names are OpenAI's.
enum CLIPLayout {
    /// A file's arrays under OpenAI's names: prefixes that training leaves go, what is no parameter goes, Hugging Face's
    /// names and forms are translated. What is unknown keeps its name, so that loading can report it.
    static func openAI(_ arrays: OrderedTensors) -> OrderedTensors {
        var plain = OrderedTensors()
        for (name, array) in arrays {
            let short = withoutPrefixes(name)
            if !isNoParameter(short) { plain[short] = array }
        }
        return isHuggingFace(plain) ? HuggingFaceCLIP.openAI(plain) : plain
    }

    static func isHuggingFace(_ arrays: OrderedTensors) -> Bool {
        arrays.names.contains { $0.hasPrefix("vision_model.") || $0.hasPrefix("text_model.") }
    }

    private static func withoutPrefixes(_ name: String) -> String {
        var rest = Substring(name)
        for prefix in ["module.", "model.", "clip_model."] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        return String(rest)
    }

    /// OpenAI's archive keeps three sizes among its parameters, older Hugging Face files the numbers of the positions.
    private static func isNoParameter(_ name: String) -> Bool {
        ["input_resolution", "context_length", "vocab_size", "attn_mask"].contains(name)
            || name.hasSuffix(".position_ids")
    }
}

/// Hugging Face's names for CLIP's parameters. Query, key and value are three arrays there, and the projections lie the
/// other way round.
enum HuggingFaceCLIP {
    private static let outer = [
        ("visual.class_embedding", "vision_model.embeddings.class_embedding"),
        ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
        ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
        // Spelt so.
        ("visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"),
        ("visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"),
        ("visual.ln_post.weight", "vision_model.post_layernorm.weight"),
        ("visual.ln_post.bias", "vision_model.post_layernorm.bias"),
        ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
        ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
        ("ln_final.weight", "text_model.final_layer_norm.weight"),
        ("ln_final.bias", "text_model.final_layer_norm.bias"),
    ]
    private static let transposed = [
        ("visual.proj", "visual_projection.weight"), ("text_projection", "text_projection.weight"),
    ]
    private static let layers = [
        ("visual.transformer.resblocks.", "vision_model.encoder.layers."),
        ("transformer.resblocks.", "text_model.encoder.layers."),
    ]
    private static let inner = [
        ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
        ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
    ]

    /// The arrays under OpenAI's names. One that is known to neither keeps its name.
    static func openAI(_ arrays: OrderedTensors) -> OrderedTensors {
        var result = OrderedTensors()
        var joined: [String: [String: StoredTensor]] = [:]
        for (name, array) in arrays {
            if let own = outer.first(where: { $0.1 == name })?.0 {
                result[own] = array
            } else if let own = transposed.first(where: { $0.1 == name })?.0 {
                result[own] = array.shape.count == 2 ? StoredTensor(Tensor(array).transposed()) : array
            } else if let (own, part) = attentionPart(name) {
                joined[own, default: [:]][part] = array
            } else {
                result[layerName(name) ?? name] = array
            }
        }
        for (name, parts) in joined.sorted(by: { $0.key < $1.key }) {
            let rows = ["q", "k", "v"].compactMap { parts[$0] }
            // Where one of the three is missing, the whole is: loading says so by OpenAI's name.
            guard rows.count == 3, rows.allSatisfy({ $0.shape.dropFirst() == rows[0].shape.dropFirst() }) else {
                continue
            }
            result[name] = StoredTensor(Tensor.concatenated(rows.map { Tensor($0) }, 0))
        }
        return result
    }

    /// The arrays of a model under Hugging Face's names.
    static func published(_ arrays: OrderedTensors) -> OrderedTensors {
        var result = OrderedTensors()
        for (name, array) in arrays {
            if let theirs = outer.first(where: { $0.0 == name })?.1 {
                result[theirs] = array
            } else if let theirs = transposed.first(where: { $0.0 == name })?.1 {
                result[theirs] = StoredTensor(Tensor(array).transposed())
            } else if let (own, theirs) = layers.first(where: { name.hasPrefix($0.0) }) {
                publish(name.dropFirst(own.count), in: theirs, array, to: &result)
            } else {
                result[name] = array
            }
        }
        return result
    }

    private static func publish(
        _ rest: Substring, in layers: String, _ array: StoredTensor, to result: inout OrderedTensors
    ) {
        let index = rest.prefix { $0 != "." }
        let part = String(rest.dropFirst(index.count + 1))
        if part.hasPrefix("attn.in_proj_") {
            let kind = part.dropFirst("attn.in_proj_".count)
            let whole = Tensor(array)
            let width = whole.size(0) / 3
            for (row, letter) in ["q", "k", "v"].enumerated() {
                result["\(layers)\(index).self_attn.\(letter)_proj.\(kind)"] = StoredTensor(
                    whole.slice(0, row * width, (row + 1) * width))
            }
        } else if let (own, theirs) = inner.first(where: { part.hasPrefix($0.0 + ".") }) {
            result["\(layers)\(index).\(theirs)\(part.dropFirst(own.count))"] = array
        }
    }

    private static func attentionPart(_ name: String) -> (name: String, part: String)? {
        guard let (own, theirs) = layers.first(where: { name.hasPrefix($0.1) }) else { return nil }
        let rest = name.dropFirst(theirs.count)
        let index = rest.prefix { $0 != "." }
        for letter in ["q", "k", "v"] {
            for kind in ["weight", "bias"] where rest == "\(index).self_attn.\(letter)_proj.\(kind)" {
                return ("\(own)\(index).attn.in_proj_\(kind)", letter)
            }
        }
        return nil
    }

    private static func layerName(_ name: String) -> String? {
        guard let (own, theirs) = layers.first(where: { name.hasPrefix($0.1) }) else { return nil }
        let rest = name.dropFirst(theirs.count)
        let index = rest.prefix { $0 != "." }
        let part = rest.dropFirst(index.count + 1)
        return inner.first { part.hasPrefix($0.1 + ".") }.map { "\(own)\(index).\($0.0)\(part.dropFirst($0.1.count))" }
    }
}
