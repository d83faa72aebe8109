import Batches
import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

/// What a golden folder of Moment-DETR, QD-DETR or UniVTG says of the model and its batch, under the option names that
/// the three have in common.
struct ReferenceCase {
    struct Config: Decodable {
        let width, hidden, heads, encoderLayers, decoderLayers, videoWidth, textWidth, projections, words: Int
        /// Moment queries; UniVTG has none.
        let queries: Int?
        let clipLength: Double
        let backgroundWeight, margin, confidenceCost, distanceCost, overlapCost: Double
        let weights: [String: Double]
        /// L2 norm and sum of each parameter's gradient.
        let gradients: [String: [Double]]
        let withoutGradient: [String]

        enum CodingKeys: String, CodingKey {
            case width = "hidden_dim"
            case hidden = "dim_feedforward"
            case heads = "nheads"
            case encoderLayers = "enc_layers"
            case decoderLayers = "dec_layers"
            case queries = "num_queries"
            case videoWidth = "v_feat_dim"
            case textWidth = "t_feat_dim"
            case projections = "n_input_proj"
            case words = "max_q_l"
            case clipLength = "clip_length"
            case backgroundWeight = "eos_coef"
            case margin = "saliency_margin"
            case confidenceCost = "set_cost_class"
            case distanceCost = "set_cost_span"
            case overlapCost = "set_cost_giou"
            case weights = "weight_dict"
            case gradients = "grad_l2_and_sum"
            case withoutGradient = "params_without_grad"
        }
    }

    let golden: GoldenCase
    let config: Config

    init(_ golden: GoldenCase) throws {
        self.golden = golden
        config = try golden.config()
    }

    /// The reference's weight of a loss, by the loss's name there.
    func weight(_ name: String) -> Double { config.weights[name] ?? 0 }

    /// The whole batch, or one of its rows without padding.
    func batch(row: Int? = nil, durations: [Double]? = nil, targets: Targets? = nil) throws -> Batch {
        var video = try golden.tensor("in.src_vid")
        var text = try golden.tensor("in.src_txt")
        var clips = try counts("in.src_vid_mask")
        var words = try counts("in.src_txt_mask")
        var durations = durations ?? clips.map { Double($0) * config.clipLength }
        if let row {
            video = video.entry(row, 0).slice(0, 0, clips[row]).unsqueezed(0)
            text = text.entry(row, 0).slice(0, 0, words[row]).unsqueezed(0)
            (clips, words, durations) = ([clips[row]], [words[row]], [durations[row]])
        }
        return Batch(
            video: video, clipCounts: clips, text: text, wordCounts: words,
            queries: durations.enumerated().map {
                Query(
                    id: "\($0)", text: "a sentence", video: "video\($0)", duration: $1, clipLength: config.clipLength)
            }, targets: targets)
    }

    /// The batch's moments; the reference has (centre, width).
    func targets() throws -> TargetSpans {
        let spans = try (0..<counts("in.src_vid_mask").count).map {
            startEnd(fromCenterWidth: try golden.tensor("tgt.spans.\($0)"))
        }
        let width = spans.map { $0.size(0) }.max() ?? 0
        return TargetSpans(
            spans: .stacked(spans.map { $0.padded([0, 0, 0, width - $0.size(0)]) }), counts: spans.map { $0.size(0) })
    }

    /// The batch's moments in seconds.
    func moments() throws -> [[Span]] {
        try (0..<counts("in.src_vid_mask").count).map { row in
            let values = try golden.tensor("tgt.windows_sec.\(row)").doubles()
            return stride(from: 0, to: values.count, by: 2).map { Span(values[$0], values[$0 + 1]) }
        }
    }

    /// The clips of the saliency loss.
    func pairs() throws -> SaliencyPairs {
        let positives = try rows("tgt.saliency_pos_labels")
        return SaliencyPairs(
            rows: Array(positives.indices), positives: positives, negatives: try rows("tgt.saliency_neg_labels"))
    }

    /// A matrix of whole numbers.
    func rows(_ name: String) throws -> [[Int]] {
        let tensor = try golden.tensor(name)
        return (0..<tensor.size(0)).map { tensor.entry($0, 0).ints() }
    }

    /// Clips of each video, or words of each sentence.
    func counts(_ mask: String) throws -> [Int] { try golden.tensor(mask).sum(1).ints() }

    /// Compares a layer's queries, and the moments that they answer for.
    func checkMatches(_ layers: [QueryPredictions], _ loss: SetPredictionLoss) throws {
        let targets = try targets()
        for (number, layer) in layers.enumerated() {
            let pairs = try #require(loss.match(layer, targets))
            for item in targets.counts.indices {
                let place = number == layers.count - 1 ? "last" : "aux.\(number)"
                let prefix = "match.\(place).\(item)."
                let own = pairs.items.indices.filter { pairs.items[$0] == item }
                #expect(own.map { pairs.predictions[$0] } == (try golden.tensor(prefix + "src").ints()))
                #expect(own.map { pairs.targets[$0] } == (try golden.tensor(prefix + "tgt").ints()))
            }
        }
    }

    /// Compares logits and spans of every layer.
    func checkLayers(_ layers: [QueryPredictions]) throws {
        for (number, layer) in layers.enumerated() {
            let prefix = number == layers.count - 1 ? "out." : "out.aux.\(number)."
            #expect(mismatch(layer.logits, try golden.tensor(prefix + "pred_logits")) == nil)
            #expect(mismatch(layer.spans, try golden.tensor(prefix + "pred_spans")) == nil)
        }
    }

    /// Compares each part of a loss with the reference's of the same name. Parts of ours that are one there are added up.
    func checkLoss(_ loss: Loss, joined: [String: String] = [:]) throws {
        let parts = Dictionary(grouping: loss.parts) { "loss_" + (joined[$0.name] ?? $0.name) }
        #expect(Set(parts.keys) == Set(config.weights.keys))
        for (name, values) in parts {
            let sum = values.dropFirst().reduce(values[0].value) { $0 + $1.value }
            #expect(mismatch(sum, try golden.tensor("loss." + name) * weight(name)) == nil, "\(name)")
        }
        #expect(mismatch(loss.total, try golden.tensor("loss.total_weighted")) == nil)
    }

    /// Compares the gradients that a backward pass has left.
    func checkGradients(_ store: ParameterStore) throws {
        try GoldenGradients(golden: golden, summaries: config.gradients, without: config.withoutGradient).check(store)
    }
}

/// Gradients of a golden folder: norm and sum of all, some of them whole.
struct GoldenGradients {
    let golden: GoldenCase
    /// L2 norm and sum by parameter.
    let summaries: [String: [Double]]
    /// Parameters without any.
    let without: [String]

    /// Compares the gradients that a backward pass has left.
    func check(_ store: ParameterStore) throws {
        let whole = try golden.arrays().names
        for entry in store.parameters {
            guard let gradient = entry.tensor.gradient?.to(.float64) else {
                #expect(without.contains(entry.name), "\(entry.name) has no gradient")
                continue
            }
            let summary = try #require(summaries[entry.name], "\(entry.name)")
            #expect(abs(gradient.norm().item() - summary[0]) <= 1e-3 * summary[0] + 1e-5, "\(entry.name)")
            // The sum's error is that of all elements together.
            let size = gradient.abs().sum().item()
            #expect(abs(gradient.sum().item() - summary[1]) <= 1e-3 * size + 1e-5, "\(entry.name)")
            if whole.contains("grad." + entry.name) {
                let expected = try golden.tensor("grad." + entry.name)
                #expect(mismatch(gradient, expected, relative: 1e-3) == nil, "\(entry.name)")
            }
        }
    }
}

/// A query's answers in a `post.json`, before and after the reference's post-processing.
struct ReferenceAnswer: Decodable {
    let duration: Double
    let ranked, windows: [[Double]]
    let saliency: [Double]

    enum CodingKeys: String, CodingKey {
        case duration
        case ranked = "ranked_before_postprocessing"
        case windows = "pred_relevant_windows"
        case saliency = "pred_saliency_scores"
    }

    /// Compares a row of answers.
    ///
    /// The last of four decimals, and the last bit of half precision, may go the other way.
    func check(ranked own: [RankedMoment], answer: Grounding) {
        #expect(isClose(own.map(\.numbers), ranked, absolute: 1.5e-4))
        #expect(isClose(answer.moments.map(\.numbers), windows, absolute: 1.5e-4))
        #expect(isClose([answer.saliency], [saliency], absolute: 1e-5, relative: 2e-3))
    }
}

extension RankedMoment {
    /// Start, end, score.
    var numbers: [Double] { [span.start, span.end, score] }
}

/// Whether all numbers agree, and as many are there.
func isClose(_ actual: [[Double]], _ expected: [[Double]], absolute: Double, relative: Double = 0) -> Bool {
    actual.map(\.count) == expected.map(\.count)
        && zip(actual.joined(), expected.joined()).allSatisfy { abs($0 - $1) <= absolute + relative * abs($1) }
}
