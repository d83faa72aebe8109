import Batches
import Grounding
import Testing
import Torch

@Suite("CDNet: answers")
struct CDNetDecodingTests {
    private let batch = CDNetFixture.batch(clips: [40, 17, 1], words: [4, 2, 1])

    @Test("moments are ranked, inside the video, apart from each other, and not too many")
    func moments() throws {
        let model = try CDNetFixture.model {
            $0.nmsThreshold = 0.5
            $0.momentCount = 4
        }
        for (answer, query) in zip(model.ground(batch), batch.queries) {
            #expect(!answer.moments.isEmpty && answer.moments.count <= 4)
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            for (index, moment) in answer.moments.enumerated() {
                #expect(moment.span.start >= 0 && moment.span.end <= query.duration)
                #expect(moment.span.start < moment.span.end)
                #expect(moment.score > 0 && moment.score < 1)
                #expect(answer.moments[..<index].allSatisfy { $0.span.iou(moment.span) <= 0.5 })
            }
        }
    }

    @Test("the best moment is the one of the most confident clip, around its middle")
    func best() throws {
        let model = try CDNetFixture.model()
        let output = model.forward(batch)
        for (row, answer) in model.ground(batch).enumerated() {
            let count = batch.clipCounts[row]
            let clip = output.logits[row, ..<count].argmax(0).integer()
            let duration = batch.queries[row].duration
            let (l, r) = (output.boundaries[row, clip, 0].item(), output.boundaries[row, clip, 1].item())
            let center = Double(2 * clip + 1)
            #expect(abs(answer.moments[0].span.start - max(0, center - l * duration)) < 1e-4)
            #expect(abs(answer.moments[0].span.end - min(duration, center + r * duration)) < 1e-4)
        }
    }

    @Test("saliency is relevance, confidence or their sum, one number a clip")
    func saliency() throws {
        let values = try CDNetConfiguration.HighlightSource.allCases.map { source in
            try CDNetFixture.model { $0.highlights = source }.ground(batch).map(\.saliency)
        }
        for row in 0..<3 {
            let (relevance, confidence, sum) = (values[0][row], values[1][row], values[2][row])
            #expect(relevance.count == batch.clipCounts[row])
            for clip in relevance.indices {
                #expect(abs(relevance[clip] + confidence[clip] - sum[clip]) < 1e-6)
            }
            #expect(confidence.allSatisfy { $0 > 0 && $0 < 1 })
            #expect(row == 2 || relevance != confidence)
        }
        let unscored = try CDNetFixture.model { $0.usesRelevanceScore = false }
        #expect(unscored.ground(batch).allSatisfy { $0.saliency.allSatisfy { $0 > 0 && $0 < 1 } })
    }

    @Test("answering leaves training mode as it was and records nothing")
    func mode() throws {
        let model = try CDNetFixture.model { $0.dropout = 0.5 }
        model.store.isTraining = true
        let answers = (0..<2).map { _ in model.ground(batch).map(\.moments) }
        #expect(answers[0] == answers[1])
        #expect(model.store.isTraining)
        #expect(model.store.parameters.allSatisfy { $0.tensor.gradient == nil })
    }
}
