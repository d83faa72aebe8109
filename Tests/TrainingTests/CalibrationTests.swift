import Annotations
import Foundation
import TensorFiles
import Testing

@testable import Training

@Suite("A calibration")
struct CalibrationTests {
    /// Confidences, and whether each moment fits, drawn so that it does with the probability that `truth` gives.
    private func samples(_ count: Int, seed: UInt64, _ truth: (Double) -> Double) -> (scores: [Double], fits: [Bool]) {
        var state = seed
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        let scores = (0..<count).map { _ in next() }
        return (scores, scores.map { next() < truth($0) })
    }

    private static let truths: [(name: String, probability: @Sendable (Double) -> Double)] = [
        ("too sure", { 0.2 * $0 }), ("too modest", { sqrt($0) }), ("right", { $0 }),
        ("steep", { 1 / (1 + exp(-12 * ($0 - 0.7))) }),
    ]

    @Test("makes probabilities of scores that are none", arguments: 0..<4)
    func error(_ index: Int) throws {
        let truth = Self.truths[index]
        let known = samples(1500, seed: 5, truth.probability)
        let fresh = samples(20_000, seed: 6, truth.probability)
        let calibration = try Calibration(confidences: known.scores, fits: known.fits)
        let before = Calibration.expectedError(fresh.scores, fits: fresh.fits)
        let after = Calibration.expectedError(fresh.scores.map(calibration.probability), fits: fresh.fits)
        // Some 0.01 of it is the noise of 20,000 draws in 15 bins.
        #expect(after < 0.04, "\(truth.name): \(before) before, \(after) after")
        if truth.name != "right" { #expect(before > 3 * after, "\(truth.name): \(before) before, \(after) after") }
    }

    @Test("keeps the order, stays between 0 and 1, and takes any confidence")
    func order() throws {
        for truth in Self.truths {
            let known = samples(200, seed: 9, truth.probability)
            let calibration = try Calibration(confidences: known.scores, fits: known.fits)
            let scores = (0...100).map { calibration.probability(Double($0) / 100) }
            #expect(scores == scores.sorted() && scores[0] >= 0 && scores[100] <= 1)
            #expect(calibration.probability(-1) == scores[0] && calibration.probability(2) == scores[100])
        }
        // Confidences that say the opposite are not turned round.
        let wrong = samples(500, seed: 3) { 1 - $0 }
        let flat = try Calibration(confidences: wrong.scores, fits: wrong.fits)
        #expect(flat.low >= 0 && flat.high >= 0)
        #expect(abs(flat.probability(0.5) - 0.5) < 0.1)
    }

    @Test("of scores that tell all apart does not run to infinity")
    func separable() throws {
        let scores = (0..<40).map { Double($0) / 40 }
        let calibration = try Calibration(confidences: scores, fits: scores.map { $0 >= 0.5 })
        #expect(calibration.low.isFinite && calibration.high.isFinite && calibration.offset.isFinite)
        #expect(calibration.probability(0.1) < 0.1 && calibration.probability(0.9) > 0.9)
    }

    @Test("is refused where there is nothing to learn from")
    func impossible() {
        let scores = (0..<40).map { Double($0) / 40 }
        #expect(throws: Calibration.Impossible.self) {
            try Calibration(confidences: [0.1, 0.9], fits: [false, true])
        }
        for all in [true, false] {
            #expect(throws: Calibration.Impossible.self) {
                try Calibration(confidences: scores, fits: scores.map { _ in all })
            }
        }
    }

    @Test("counts the moments that overlap an annotated one by half")
    func samples() {
        let annotations = [
            Annotation(
                qid: .number(1), query: "", vid: "v", duration: 100, relevantWindows: [Window(start: 10, end: 20)]),
            Annotation(qid: .number(2), query: "", vid: "v", duration: 100, relevantWindows: nil),
        ]
        let windows = [
            ScoredWindow(start: 10, end: 20, score: 0.9), ScoredWindow(start: 10, end: 15, score: 0.8),
            ScoredWindow(start: 10, end: 14, score: 0.7), ScoredWindow(start: 0, end: 0, score: 0),
        ]
        let found = FoundSample.all(
            [1, 2].map { Prediction(qid: .number($0), relevantWindows: windows) }, annotations)
        #expect(found.map(\.fits) == [true, true, false] && found.map(\.confidence) == [0.9, 0.8, 0.7])
    }

    @Test("is measured as the distance of scores from shares, weighted by the bins' moments")
    func measure() {
        let scores = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1]
        let fits = [true, true, false, false, false, false]
        #expect(abs(Calibration.expectedError(scores, fits: fits) - (4 * 0.4 + 2 * 0.1) / 6) < 1e-12)
        #expect(Calibration.expectedError([0, 1], fits: [false, true]) == 0)
        #expect(Calibration.expectedError([], fits: []) == 0)
    }

    @Test("is stored in a checkpoint, which else stays as it was; others have none")
    func stored() throws {
        let tiny = TinyRun()
        try tiny.trainer().run()
        #expect(try Checkpoint(contentsOf: tiny.run.last).metadata.calibration == nil)
        let before = try SafetensorsFile(contentsOf: tiny.run.last)
        let known = samples(100, seed: 2) { $0 }
        let calibration = try Calibration(confidences: known.scores, fits: known.fits)
        try Checkpoint.store(calibration, in: tiny.run.last)
        #expect(try Checkpoint(contentsOf: tiny.run.last).metadata.calibration == calibration)
        let after = try SafetensorsFile(contentsOf: tiny.run.last)
        #expect(Set(after.names) == Set(before.names))
        for (name, text) in before.metadata { #expect(after.metadata[name] == text, "\(name)") }
        for name in before.names {
            #expect(try after.tensor(named: name).doubles() == before.tensor(named: name).doubles(), "\(name)")
        }
        // The run goes on from it.
        try TinyRun(sharing: tiny).trainer().resume()
    }
}
