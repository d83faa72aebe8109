import Foundation
import Testing

@Suite struct `Scores a person can read` {
    @Test
    func `training ends with a calibration, evaluate fits it anew, and find shows probability, confidence and logit`()
        throws
    {
        let data = try TinyData(validation: 24, epochs: 2)
        let trained = try data.moments("train", "tiny.yaml")
        try #require(trained.code == 0, "\(trained.messages)")
        #expect(!trained.messages.contains("not calibrated"), "\(trained.messages)")
        func find(_ more: String...) throws -> FoundAnswer {
            try FoundAnswer.all(
                data.moments.start(["find", "--run", "run", "--qid", "102", "--json"] + more).outcome())[0]
        }
        let found = try find()
        #expect(found.scores == "calibrated" && (found.calibration?.moments ?? 0) >= 20)
        for moment in found.moments {
            let (confidence, logit) = try (#require(moment.confidence), #require(moment.logit))
            #expect(abs(1 / (1 + exp(-logit)) - confidence) < 1e-6)
            #expect(moment.score > 0 && moment.score < 1)
        }
        #expect(found.moments.map(\.score) == found.moments.map(\.score).sorted(by: >))
        #expect(found.moments.contains { abs($0.score - ($0.confidence ?? 0)) > 1e-3 })

        // The threshold is one of the scores that are shown.
        let best = try #require(found.moments.first?.score)
        #expect(try find("--threshold", "\(best + 1e-6)").confident == false)
        #expect(try find("--threshold", "\(best - 1e-6)").confident == true)

        let again = try data.moments("evaluate", "run", "--split", "val", "--calibrate")
        #expect(again.code == 0 && again.output.contains("Calibrated on"), "\(again.messages)")
        #expect(try find().moments.map(\.score) == found.moments.map(\.score))
        let own = try data.moments("evaluate", "run", "--split", "train", "--calibrate")
        #expect(own.code == 64)
    }

    @Test func `a model without a calibration says so`() throws {
        let data = try TinyData(validation: 1, epochs: 1)
        let trained = try data.moments("train", "tiny.yaml")
        #expect(trained.code == 0 && trained.messages.contains("not calibrated"), "\(trained.messages)")
        let found = try FoundAnswer.all(data.moments("find", "--run", "run", "--qid", "100", "--json"))[0]
        #expect(found.scores == "uncalibrated" && found.calibration == nil)
        #expect(found.moments.allSatisfy { $0.score == $0.confidence && $0.logit != nil })
        let text = try data.moments("find", "--run", "run", "--qid", "100")
        #expect(text.output.contains("uncalibrated"))
        let refused = try data.moments("evaluate", "run", "--split", "val", "--calibrate")
        #expect(refused.code == 65 && refused.messages.contains("calibration"))
    }
}
