import Batches
import Grounding
import TestSupport
import Testing
import Torch

@Suite("Moment-DETR against its reference (Golden)")
struct MomentDETRGoldenTests {
    /// The reference's model with its weights.
    private func model(_ reference: ReferenceCase) throws -> MomentDETR {
        let config = reference.config
        var configuration = MomentDETRConfiguration(videoWidth: config.videoWidth, textWidth: config.textWidth)
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
        configuration.dropout = 0
        configuration.inputDropout = 0
        let model = try MomentDETR(configuration)
        try model.store.load(reference.golden.weights())
        return model
    }

    @Test("projections, positions and outputs of every layer", arguments: GoldenCase.all("moment_detr"))
    func forward(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let model = try model(reference)
        let batch = try reference.batch()
        #expect(mismatch(model.videoProjection(batch.video), try golden.tensor("mid.input_vid_proj")) == nil)
        let places = SinePosition.encode(mask: batch.videoMask, width: model.configuration.hiddenSize)
        #expect(mismatch(places, try golden.tensor("mid.position_embed")) == nil)

        let output = model.forward(batch)
        #expect(mismatch(output.saliency, try golden.tensor("out.saliency_scores")) == nil)
        try reference.checkLayers(output.layers)
    }

    @Test("a query alone, without padding", arguments: GoldenCase.all("moment_detr"))
    func single(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let count = try reference.batch().count
        let output = try model(reference).forward(reference.batch(row: count - 1), everyLayer: false)
        let last = try #require(output.layers.last)
        #expect(output.layers.count == 1)
        #expect(mismatch(last.logits, try golden.tensor("out.single_last.pred_logits")) == nil)
        #expect(mismatch(last.spans, try golden.tensor("out.single_last.pred_spans")) == nil)
        #expect(mismatch(output.saliency, try golden.tensor("out.single_last.saliency_scores")) == nil)
    }

    @Test("assignments, losses and the gradient of every parameter", arguments: GoldenCase.all("moment_detr"))
    func training(_ golden: GoldenCase) throws {
        let reference = try ReferenceCase(golden)
        let model = try model(reference)
        let output = model.forward(try reference.batch())
        let loss = MomentDETRLoss(model.configuration)
        try reference.checkMatches(output.layers, loss.moments)
        let result = loss(output, try reference.targets(), try reference.pairs())
        try reference.checkLoss(result)
        result.total.backward()
        try reference.checkGradients(model.store)
    }

    @Test("ranked moments and saliency, before and after rounding", arguments: GoldenCase.all("moment_detr"))
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
