import Batches
import Foundation
import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

private struct Answer: Decodable {
    let duration: Double
    let ranked, windows: [[Double]]
    let saliency: [Double]

    enum CodingKeys: String, CodingKey {
        case duration
        case ranked = "ranked_before_postprocessing"
        case windows = "pred_relevant_windows"
        case saliency = "pred_saliency_scores"
    }
}

@Suite("Moment-DETR against its reference (Golden)")
struct MomentDETRGoldenTests {
    @Test("projections, positions and outputs of every layer", arguments: GoldenCase.all("moment_detr"))
    func forward(_ golden: GoldenCase) throws {
        let reference = try MomentDETRGoldenCase(golden)
        let model = try reference.model()
        let batch = try reference.batch()
        #expect(mismatch(model.videoProjection(batch.video), try golden.tensor("mid.input_vid_proj")) == nil)
        let places = SinePosition.encode(mask: batch.videoMask, width: model.configuration.hiddenSize)
        #expect(mismatch(places, try golden.tensor("mid.position_embed")) == nil)

        let output = model.forward(batch)
        #expect(mismatch(output.saliency, try golden.tensor("out.saliency_scores")) == nil)
        for (number, layer) in output.layers.enumerated() {
            let prefix = number == output.layers.count - 1 ? "out." : "out.aux.\(number)."
            #expect(mismatch(layer.logits, try golden.tensor(prefix + "pred_logits")) == nil)
            #expect(mismatch(layer.spans, try golden.tensor(prefix + "pred_spans")) == nil)
        }
    }

    @Test("a query alone, without padding", arguments: GoldenCase.all("moment_detr"))
    func single(_ golden: GoldenCase) throws {
        let reference = try MomentDETRGoldenCase(golden)
        let count = try reference.batch().count
        let output = try reference.model().forward(reference.batch(row: count - 1), everyLayer: false)
        let last = try #require(output.layers.last)
        #expect(output.layers.count == 1)
        #expect(mismatch(last.logits, try golden.tensor("out.single_last.pred_logits")) == nil)
        #expect(mismatch(last.spans, try golden.tensor("out.single_last.pred_spans")) == nil)
        #expect(mismatch(output.saliency, try golden.tensor("out.single_last.saliency_scores")) == nil)
    }

    @Test("assignments, losses and the gradient of every parameter", arguments: GoldenCase.all("moment_detr"))
    func training(_ golden: GoldenCase) throws {
        let reference = try MomentDETRGoldenCase(golden)
        let model = try reference.model()
        let output = model.forward(try reference.batch())
        let targets = try reference.targets()
        let loss = MomentDETRLoss(model.configuration)
        for (number, layer) in output.layers.enumerated() {
            let pairs = try #require(loss.moments.match(layer, targets))
            for item in targets.counts.indices {
                let place = number == output.layers.count - 1 ? "last" : "aux.\(number)"
                let prefix = "match.\(place).\(item)."
                let own = pairs.items.indices.filter { pairs.items[$0] == item }
                #expect(own.map { pairs.predictions[$0] } == (try golden.tensor(prefix + "src").ints()))
                #expect(own.map { pairs.targets[$0] } == (try golden.tensor(prefix + "tgt").ints()))
            }
        }
        let result = loss(output, targets, try reference.pairs())
        #expect(Set(result.parts.map { "loss_" + $0.name }) == Set(reference.config.weights.keys))
        for (name, value) in result.parts {
            let expected = try golden.tensor("loss.loss_" + name) * reference.config.weights["loss_" + name]!
            #expect(mismatch(value, expected) == nil, "\(name)")
        }
        #expect(mismatch(result.total, try golden.tensor("loss.total_weighted")) == nil)
        result.total.backward()
        for entry in model.store.parameters { try check(entry, reference) }
    }

    @Test("ranked moments and saliency, before and after rounding", arguments: GoldenCase.all("moment_detr"))
    func answers(_ golden: GoldenCase) throws {
        let expected = try golden.json("post.json", [Answer].self)
        let reference = try MomentDETRGoldenCase(golden)
        let model = try reference.model()
        let batch = try reference.batch(durations: expected.map(\.duration))
        let ranked = withoutGradient {
            QueryDecoding().ranked(model.forward(batch, everyLayer: false).layers[0], batch)
        }
        for (row, answer) in model.ground(batch).enumerated() {
            let wanted = expected[row]
            // The last of four decimals, and the last bit of half precision, may go the other way.
            #expect(isClose(ranked[row].map(Self.list), wanted.ranked, absolute: 1.5e-4))
            #expect(isClose(answer.moments.map(Self.list), wanted.windows, absolute: 1.5e-4))
            #expect(isClose([answer.saliency], [wanted.saliency], absolute: 1e-5, relative: 2e-3))
        }
    }

    private static func list(_ moment: RankedMoment) -> [Double] {
        [moment.span.start, moment.span.end, moment.score]
    }

    private func isClose(
        _ actual: [[Double]], _ expected: [[Double]], absolute: Double, relative: Double = 0
    ) -> Bool {
        actual.map(\.count) == expected.map(\.count)
            && zip(actual.joined(), expected.joined()).allSatisfy { abs($0 - $1) <= absolute + relative * abs($1) }
    }

    private func check(_ entry: ParameterStore.Entry, _ reference: MomentDETRGoldenCase) throws {
        guard let gradient = entry.tensor.gradient?.to(.float64) else {
            #expect(reference.config.withoutGradient.contains(entry.name), "\(entry.name) has no gradient")
            return
        }
        let summary = try #require(reference.config.gradients[entry.name])
        #expect(abs(gradient.norm().item() - summary[0]) <= 1e-3 * summary[0] + 1e-5, "\(entry.name)")
        // The sum's error is that of all elements together.
        #expect(abs(gradient.sum().item() - summary[1]) <= 1e-3 * gradient.abs().sum().item() + 1e-5, "\(entry.name)")
        if try reference.golden.arrays().names.contains("grad." + entry.name) {
            let whole = try reference.golden.tensor("grad." + entry.name)
            #expect(mismatch(gradient, whole, relative: 1e-3) == nil, "\(entry.name)")
        }
    }
}
