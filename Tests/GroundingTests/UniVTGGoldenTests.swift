import Batches
import Grounding
import TestSupport
import Testing
import Torch

@Suite("UniVTG against its reference (Golden)")
struct UniVTGGoldenTests {
    private struct Answer: Decodable {
        let mode: String
        let item: Int
        let duration: Double
        let ranked, kept: [[Double]]
        let saliency: [Double]

        enum CodingKeys: String, CodingKey {
            case mode = "eval_mode"
            case item, duration, ranked
            case kept = "nms_0_7"
            case saliency = "pred_saliency_scores"
        }
    }

    /// The reference's model with its weights.
    private func model(
        _ reference: ReferenceCase, _ change: (inout UniVTGConfiguration) -> Void = { _ in }
    ) throws -> UniVTG {
        let config = reference.config
        var configuration = UniVTGConfiguration(videoWidth: config.videoWidth, textWidth: config.textWidth)
        configuration.hiddenSize = config.width
        configuration.feedForwardSize = config.hidden
        configuration.heads = config.heads
        configuration.encoderLayers = config.encoderLayers
        configuration.projectionLayers = config.projections
        configuration.maxWords = config.words
        configuration.backgroundWeight = config.backgroundWeight
        configuration.boundaryWeight = reference.weight("loss_b")
        configuration.giouWeight = reference.weight("loss_g")
        configuration.foregroundWeight = reference.weight("loss_f")
        configuration.interWeight = reference.weight("loss_s_inter")
        configuration.intraWeight = reference.weight("loss_s_intra")
        configuration.dropout = 0
        configuration.inputDropout = 0
        configuration.dropPath = 0
        configuration.momentCount = 1000
        change(&configuration)
        let model = try UniVTG(configuration)
        try model.store.load(reference.golden.weights())
        return model
    }

    @Test("foreground, distances, saliency, clips and sentences", arguments: GoldenCase.all("univtg"))
    func forward(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let output = try model(reference).forward(reference.batch())
        #expect(mismatch(output.logits.sigmoid().unsqueezed(-1), try golden.tensor("out.pred_logits")) == nil)
        #expect(mismatch(output.saliency, try golden.tensor("out.saliency_scores")) == nil)
        #expect(mismatch(output.video, try golden.tensor("out.vid_mem_proj")) == nil)
        #expect(mismatch(output.sentences.unsqueezed(1), try golden.tensor("out.txt_mem_proj")) == nil)
        let offsets = output.spans - output.places.unsqueezed(-1)
        #expect(mismatch(offsets, try golden.tensor("out.pred_spans")) == nil)
    }

    @Test("a query alone is the same whether heads see padding or not", arguments: GoldenCase.all("univtg"))
    func single(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let count = try reference.batch().count
        for sees in [true, false] {
            let output = try model(reference) { $0.headsSeePadding = sees }.forward(reference.batch(row: count - 1))
            let probabilities = output.logits.sigmoid().unsqueezed(-1)
            #expect(mismatch(probabilities, try golden.tensor("out.single_last.pred_logits")) == nil)
            let offsets = output.spans - output.places.unsqueezed(-1)
            #expect(mismatch(offsets, try golden.tensor("out.single_last.pred_spans")) == nil)
            #expect(mismatch(output.saliency, try golden.tensor("out.single_last.saliency_scores")) == nil)
        }
    }

    @Test("heads that see no padding give each row what it gets alone", arguments: GoldenCase.all("univtg"))
    func correct(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let batch = try reference.batch()
        let corrected = try model(reference) { $0.headsSeePadding = false }
        let together = corrected.forward(batch)
        for row in 0..<batch.count {
            let alone = corrected.forward(try reference.batch(row: row))
            let own = 0..<batch.clipCounts[row]
            #expect(mismatch(together.logits[row, own], alone.logits[0]) == nil)
            #expect(mismatch(together.spans[row, own], alone.spans[0]) == nil)
        }
        // Those that see it do not: this is what it costs a shorter video's last clips.
        guard Set(batch.clipCounts).count > 1 else { return }
        let published = try model(reference).forward(batch)
        let difference = (published.logits - together.logits).abs().masked(.!batch.videoMask, with: 0).max()
        #expect(difference.item() > 1e-3)
    }

    @Test("anchors, moments of clips, losses and the gradient of every parameter", arguments: GoldenCase.all("univtg"))
    func training(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let model = try model(reference)
        let batch = try reference.batch()
        let output = model.forward(batch)
        #expect(mismatch(output.places, try golden.tensor("tgt.timestamp").entry(0, -1), absolute: 0) == nil)
        let targets = output.targets(try reference.moments(), batch)
        #expect(targets.inside.floats() == (try golden.tensor("tgt.timestamp_window").floats()))
        #expect(mismatch(targets.spans, try golden.tensor("tgt.span_labels_nn"), relative: 1e-6) == nil)

        let positives = try golden.tensor("tgt.saliency_pos_labels").entry(0, 1)
        let result = UniVTGLoss(model.configuration)(
            output, targets,
            positives: DrawnClips(indices: positives, found: .ones([batch.count], dtype: .bool)),
            saliency: try golden.tensor("tgt.saliency_scores"))
        try reference.checkLoss(
            result,
            joined: ["smooth_l1": "b", "giou": "g", "foreground": "f", "inter": "s_inter", "intra": "s_intra"])
        result.total.backward()
        try reference.checkGradients(model.store)
    }

    @Test("ranked moments, those that NMS keeps, and both kinds of highlights", arguments: GoldenCase.all("univtg"))
    func answers(_ golden: GoldenCase) throws {
        let expected = try golden.json("post.json", [Answer].self)
        let reference = try ReferenceCase(golden)
        for (mode, highlights) in [("none", UniVTGHighlights.saliency), ("add", .sum)] {
            let wanted = expected.filter { $0.mode == mode }.sorted { $0.item < $1.item }
            let model = try model(reference) { $0.highlights = highlights }
            let batch = try reference.batch(durations: wanted.map(\.duration))
            try #require(wanted.count == batch.count)
            let ranked = withoutGradient {
                UniVTGDecoding(model.configuration).ranked(model.forward(batch), batch)
            }
            for (row, answer) in model.ground(batch).enumerated() {
                // The reference's padded clips come last, with a score of 0; ours have no say.
                let own = Array(wanted[row].ranked.prefix(batch.clipCounts[row]))
                #expect(isClose(ranked[row].map(\.numbers), own, absolute: 1.5e-4))
                let kept = wanted[row].kept.filter { $0[2] > 0 }
                #expect(isClose(answer.moments.map(\.numbers), kept, absolute: 1.5e-4))
                #expect(isClose([answer.saliency], [wanted[row].saliency], absolute: 1e-5, relative: 2e-3))
            }
        }
    }
}
