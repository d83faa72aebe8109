import Foundation
import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

private struct Gradients: Decodable {
    /// L2 norm and sum of each parameter's gradient.
    let summaries: [String: [Double]]
    let without: [String]

    enum CodingKeys: String, CodingKey {
        case summaries = "grad_l2_and_sum"
        case without = "params_without_grad"
    }
}

@Suite("The parts put together as Moment-DETR (Golden)")
struct TransformerMomentDETRGoldenTests {
    private func model(_ golden: GoldenCase) throws -> ReferenceMomentDETR {
        let model = ReferenceMomentDETR(try golden.config())
        try model.store.load(golden.weights())
        return model
    }

    private func output(_ model: ReferenceMomentDETR, _ golden: GoldenCase) throws -> ReferenceMomentDETR.Output {
        model(
            video: try golden.tensor("in.src_vid"), videoMask: try golden.tensor("in.src_vid_mask").to(.bool),
            text: try golden.tensor("in.src_txt"), textMask: try golden.tensor("in.src_txt_mask").to(.bool))
    }

    @Test("projections, positions and outputs of every layer", arguments: GoldenCase.all("moment_detr"))
    func forward(_ golden: GoldenCase) throws {
        let model = try model(golden)
        let projected = model.videoProjection(try golden.tensor("in.src_vid"))
        #expect(mismatch(projected, try golden.tensor("mid.input_vid_proj")) == nil)
        let mask = try golden.tensor("in.src_vid_mask").to(.bool)
        let places = SinePosition.encode(mask: mask, width: model.config.width)
        #expect(mismatch(places, try golden.tensor("mid.position_embed")) == nil)

        let output = try output(model, golden)
        #expect(mismatch(output.saliency, try golden.tensor("out.saliency_scores")) == nil)
        for (layer, predictions) in output.predictions.enumerated() {
            let prefix = layer == output.predictions.count - 1 ? "out." : "out.aux.\(layer)."
            #expect(mismatch(predictions.logits, try golden.tensor(prefix + "pred_logits")) == nil)
            #expect(mismatch(predictions.spans, try golden.tensor(prefix + "pred_spans")) == nil)
        }
    }

    @Test("assignments, losses and the gradient of every parameter", arguments: GoldenCase.all("moment_detr"))
    func training(_ golden: GoldenCase) throws {
        let model = try model(golden)
        let output = try output(model, golden)
        let targets = try (0..<output.saliency.size(0)).map { try golden.tensor("tgt.spans.\($0)") }
        var losses: [String: Tensor] = [:]
        for (layer, predictions) in output.predictions.enumerated() {
            let last = layer == output.predictions.count - 1
            let pairs = try model.match(predictions, targets)
            for item in targets.indices {
                let prefix = "match.\(last ? "last" : "aux.\(layer)").\(item)."
                let own = pairs.items.indices.filter { pairs.items[$0] == item }
                #expect(own.map { pairs.predictions[$0] } == (try golden.tensor(prefix + "src").ints()))
                #expect(own.map { pairs.targets[$0] } == (try golden.tensor(prefix + "tgt").ints()))
            }
            for (name, loss) in model.losses(predictions, pairs, targets) {
                losses[last ? name : "\(name)_\(layer)"] = loss
            }
        }
        losses["loss_saliency"] = hingeSaliencyLoss(
            scores: output.saliency, positives: try golden.tensor("tgt.saliency_pos_labels"),
            negatives: try golden.tensor("tgt.saliency_neg_labels"), margin: model.config.margin)
        var total = Tensor(0)
        for (name, loss) in losses {
            #expect(mismatch(loss, try golden.tensor("loss." + name)) == nil, "\(name)")
            total += loss * (try #require(model.config.weights[name]))
        }
        #expect(mismatch(total, try golden.tensor("loss.total_weighted")) == nil)

        total.backward()
        let expected = try golden.config(Gradients.self)
        for entry in model.store.parameters {
            guard let gradient = entry.tensor.gradient?.to(.float64) else {
                #expect(expected.without.contains(entry.name), "\(entry.name) has no gradient")
                continue
            }
            let summary = try #require(expected.summaries[entry.name])
            #expect(abs(gradient.norm().item() - summary[0]) <= 1e-3 * summary[0] + 1e-5, "\(entry.name)")
            // The sum's error is that of all elements together.
            #expect(abs(gradient.sum().item() - summary[1]) <= 1e-3 * gradient.abs().sum().item() + 1e-5)
            if try golden.arrays().names.contains("grad." + entry.name) {
                let whole = try golden.tensor("grad." + entry.name)
                #expect(mismatch(gradient, whole, relative: 1e-3) == nil, "\(entry.name)")
            }
        }
    }
}
