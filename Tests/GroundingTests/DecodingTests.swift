import Batches
import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@Suite("From predictions to ranked moments")
struct DecodingTests {
    private func moment(_ start: Double, _ end: Double, _ score: Double) -> RankedMoment {
        RankedMoment(Span(start, end), score: score)
    }

    @Test("suppression keeps the best of those that overlap, best first", arguments: [true, false])
    func suppression(hull: Bool) {
        let moments = [moment(0, 10, 0.5), moment(20, 30, 0.6), moment(1, 10, 0.9), moment(21, 30, 0.1)]
        let kept = temporalNMS(moments, threshold: 0.7, hull: hull)
        #expect(kept == [moments[2], moments[1]])
        #expect(temporalNMS(moments, threshold: 0.95, hull: hull, limit: 3).count == 3)
    }

    @Test("an overlap of just the threshold is kept", arguments: [true, false])
    func strict(hull: Bool) {
        let moments = [moment(0, 10, 0.9), moment(0, 5, 0.8)]
        #expect(temporalNMS(moments, threshold: 0.5, hull: hull).count == 2)
        #expect(temporalNMS(moments, threshold: 0.499, hull: hull).count == 1)
    }

    @Test("a moment that was suppressed suppresses nothing")
    func chains() {
        let moments = [moment(0, 10, 0.9), moment(3, 13, 0.8), moment(6, 16, 0.7)]
        #expect(temporalNMS(moments, threshold: 0.5) == [moments[0], moments[2]])
    }

    @Test("none and one come back as they are")
    func few() {
        #expect(temporalNMS([], threshold: 0.7).isEmpty)
        let backwards = [moment(5, 3, 0.1)]
        #expect(temporalNMS(backwards, threshold: 0.7, limit: 0) == backwards)
    }

    @Test("ranking keeps the order of equal scores and puts NaN last")
    func ranking() {
        let moments = [moment(0, 1, 0.5), moment(1, 2, .nan), moment(2, 3, 0.7), moment(3, 4, 0.5)]
        #expect(moments.ranked().map(\.span.start) == [2, 0, 3, 1])
    }

    @Test("hull and union agree for spans in order")
    func hull() {
        #expect(Span(0, 4).hullIoU(Span(2, 6)) == 2 / 6.0)
        #expect(Span(0, 1).hullIoU(Span(3, 4)) == 0)
        #expect(Span(2, 2).hullIoU(Span(2, 2)) == 0)
        #expect(Span(0, 4).hullIoU(Span(1, 3)) == Span(0, 4).iou(Span(1, 3)))
    }

    @Test("moments are in seconds, clamped to the video, without padding")
    func decode() {
        let spans = Tensor([-0.1, 0.5, 0.25, 1.2, 0, 1, 0.5, 0.75, 0, 0, 0, 0], shape: [2, 3, 2])
        let scores = Tensor([[0.1, 0.9, 0.3], [0.5, 0, 0]])
        let moments = decodeMoments(spans: spans, scores: scores, durations: [100, 40], counts: [3, 1])
        #expect(moments == [[moment(0, 50, 0.1), moment(25, 100, 0.9), moment(0, 100, 0.3)], [moment(20, 30, 0.5)]])
        #expect(decodeMoments(spans: spans, scores: scores, durations: [100, 40])[1].count == 3)
    }

    @Test("a model's moments carry the numbers that their scores were made from")
    func logits() throws {
        var small = MomentDETRConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        (small.hiddenSize, small.heads, small.feedForwardSize, small.queryCount) = (8, 2, 12, 4)
        let models: [any GroundingModel] = try [MomentDETR(small, seed: 4), CDNetFixture.model()]
        for model in models {
            let moments = model.ground(CDNetFixture.batch(clips: [9, 6], words: [4, 2])).flatMap(\.moments)
            #expect(!moments.isEmpty)
            for moment in moments {
                let logit = try #require(moment.logit)
                // Moment-DETR rounds its scores to 4 decimals.
                #expect(abs(1 / (1 + exp(-logit)) - moment.score) < 6e-5)
            }
        }
    }

    @Test("spans go from one form to the other and back")
    func forms() {
        let spans = Tensor([[0.0, 4], [1, 2]])
        let centered = centerWidth(fromStartEnd: spans)
        #expect(centered.doubles() == [2, 4, 1.5, 1])
        #expect(mismatch(startEnd(fromCenterWidth: centered), spans) == nil)
    }
}
