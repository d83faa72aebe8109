import Batches
import Grounding
import TestSupport
import Testing
import Torch

@Suite("QD-DETR against its reference (Golden)")
struct QDDETRGoldenTests {
    /// The reference's model with its weights.
    private func model(_ reference: ReferenceCase, mixing: Bool = true) throws -> QDDETR {
        let config = reference.config
        var configuration = QDDETRConfiguration(videoWidth: config.videoWidth, textWidth: config.textWidth)
        configuration.hiddenSize = config.width
        configuration.feedForwardSize = config.hidden
        configuration.heads = config.heads
        configuration.encoderLayers = config.encoderLayers
        configuration.decoderLayers = config.decoderLayers
        configuration.queryCount = try #require(config.queries)
        configuration.projectionLayers = config.projections
        configuration.maxWords = config.words
        configuration.backgroundWeight = config.backgroundWeight
        configuration.saliencyMargin = config.margin
        configuration.matchingClassCost = config.confidenceCost
        configuration.matchingL1Cost = config.distanceCost
        configuration.matchingGIoUCost = config.overlapCost
        configuration.labelWeight = reference.weight("loss_label")
        configuration.spanWeight = reference.weight("loss_span")
        configuration.giouWeight = reference.weight("loss_giou")
        configuration.saliencyWeight = reference.weight("loss_saliency")
        configuration.mixesAttentionMasks = mixing
        configuration.dropout = 0
        configuration.inputDropout = 0
        let model = try QDDETR(configuration)
        try model.store.load(reference.golden.weights())
        return model
    }

    @Test("outputs of every layer, saliency beside the own sentence and another", arguments: GoldenCase.all("qd_detr"))
    func forward(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let output = try model(reference).forward(reference.batch())
        #expect(mismatch(output.saliency, try golden.tensor("out.saliency_scores")) == nil)
        let negatives = try #require(output.negativeSaliency)
        #expect(mismatch(negatives, try golden.tensor("out.saliency_scores_neg")) == nil)
        try reference.checkLayers(output.layers)
    }

    @Test("a query alone is the same with masks of either order", arguments: GoldenCase.all("qd_detr"))
    func single(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let count = try reference.batch().count
        for mixing in [true, false] {
            let output = try model(reference, mixing: mixing).forward(
                reference.batch(row: count - 1), everyLayer: false, negatives: false)
            let last = try #require(output.layers.last)
            #expect(mismatch(last.logits, try golden.tensor("out.single_last.pred_logits")) == nil)
            #expect(mismatch(last.spans, try golden.tensor("out.single_last.pred_spans")) == nil)
            #expect(mismatch(output.saliency, try golden.tensor("out.single_last.saliency_scores")) == nil)
        }
    }

    @Test("masks of the right order give each row what it gets alone", arguments: GoldenCase.all("qd_detr"))
    func correct(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let batch = try reference.batch()
        let corrected = try model(reference, mixing: false)
        let together = corrected.forward(batch)
        for row in 0..<batch.count {
            let alone = corrected.forward(try reference.batch(row: row))
            let (joint, own) = try (#require(together.layers.last), #require(alone.layers.last))
            #expect(mismatch(joint.logits[row], own.logits[0]) == nil)
            #expect(mismatch(joint.spans[row], own.spans[0]) == nil)
            let clips = batch.clipCounts[row]
            #expect(mismatch(together.saliency[row, 0..<clips], alone.saliency[0]) == nil)
        }
        // The published order does not: this is what it costs where both clips and words are padded.
        guard Set(batch.clipCounts).count > 1, Set(batch.wordCounts).count > 1 else { return }
        let published = try model(reference).forward(batch)
        let difference = (published.saliency - together.saliency).abs().masked(.!batch.videoMask, with: 0).max()
        #expect(difference.item() > 1e-3)
    }

    @Test("assignments, losses and the gradient of every parameter", arguments: GoldenCase.all("qd_detr"))
    func training(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let model = try model(reference)
        let output = model.forward(try reference.batch())
        let loss = QDDETRLoss(model.configuration)
        try reference.checkMatches(output.layers, loss.moments)
        let result = loss(
            output, try reference.targets(), try reference.pairs(), ranks: try golden.tensor("tgt.saliency_all_labels"))
        try reference.checkLoss(result, joined: ["rank": "saliency", "negative": "saliency"])
        result.total.backward()
        try reference.checkGradients(model.store)
    }

    @Test("ranked moments and saliency, before and after rounding", arguments: GoldenCase.all("qd_detr"))
    func answers(_ golden: GoldenCase) throws {
        let expected = try golden.json("post.json", [ReferenceAnswer].self)
        let reference = try ReferenceCase(golden)
        let model = try model(reference)
        let batch = try reference.batch(durations: expected.map(\.duration))
        let ranked = withoutGradient {
            QueryDecoding().ranked(model.forward(batch, everyLayer: false).layers[0], batch)
        }
        for (row, answer) in model.ground(batch).enumerated() {
            expected[row].check(ranked: ranked[row], answer: answer)
        }
    }
}
