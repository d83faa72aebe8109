import Testing

@testable import Evaluation

@Suite("Moment retrieval by hand") struct MomentRetrievalTests {
    /// Misses for the window 0–10: one after the other from 20 s on.
    private func misses(_ count: Int, score: Double) -> [(Double, Double, Double)] {
        (0..<count).map { index in
            let start = Double(20 + 10 * index)
            return (start, start + 10, score)
        }
    }

    private func full(
        _ predictions: [QueryPrediction], _ truth: [QueryGroundTruth], _ options: RetrievalOptions = .qvhighlights
    ) throws -> MomentRetrievalMetrics.RangeMetrics {
        let metrics = MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth, options: options)
        return try #require(metrics.full)
    }

    @Test("perfect predictions have 100 everywhere")
    func perfect() throws {
        let truth = [QueryGroundTruth("1", [(0, 8), (20, 45)]), QueryGroundTruth("2", [(100, 150)])]
        let predictions = [
            QueryPrediction("2", [(100, 150, 0.4)]), QueryPrediction("1", [(20, 45, 0.9), (0, 8, 0.8)]),
        ]
        let metrics = MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth)
        let full = try #require(metrics.full)
        #expect(full.queryCount == 2)
        #expect(full.meanIoU == 1)
        #expect(full.recall.allSatisfy { $0.allSatisfy { $0 == 1 } })
        #expect(full.averagePrecision.allSatisfy { $0 == 1 })
        #expect(metrics["long"]?.queryCount == 1)
        #expect(metrics["middle"]?.queryCount == 1)
        #expect(metrics["short"]?.queryCount == 1)
    }

    @Test("R1 takes the first window in file order, whatever its score")
    func firstWindow() throws {
        let truth = [QueryGroundTruth("1", [(0, 10)])]
        let metrics = try full([QueryPrediction("1", [(50, 60, 0.1), (0, 10, 0.9)])], truth)
        #expect(metrics.recall(at: 0.5) == 0)
        #expect(metrics.recall(at: 0.5, count: 5) == 1)
        #expect(metrics.meanIoU == 0)
        // mAP goes by score: the hit comes first.
        #expect(metrics.meanAveragePrecision == 1)
    }

    @Test("R1 counts the ground-truth window that overlaps most, and hits at the threshold")
    func bestGroundTruth() throws {
        let truth = [QueryGroundTruth("1", [(100, 110), (0, 20)])]
        let metrics = try full([QueryPrediction("1", [(0, 10, 1)])], truth)
        #expect(metrics.recall(at: 0.5) == 1)
        #expect(metrics.recall(at: 0.55) == 0)
        #expect(metrics.meanIoU == 0.5)
    }

    @Test("R5 looks at the first five windows only")
    func topFive() throws {
        let truth = [QueryGroundTruth("1", [(0, 10)])]
        let misses = misses(4, score: 1)
        #expect(try full([QueryPrediction("1", misses + [(0, 10, 0)])], truth).recall(at: 0.7, count: 5) == 1)
        let late = [QueryPrediction("1", misses + [(70, 80, 1), (0, 10, 0)])]
        #expect(try full(late, truth).recall(at: 0.7, count: 5) == 0)
    }

    @Test("average precision is the area under the interpolated curve")
    func averagePrecision() throws {
        // By score: hit, miss, hit, of three wanted: 1/3 · 1 + 1/3 · 2/3.
        let truth = [QueryGroundTruth("1", [(0, 10), (20, 30), (40, 50)])]
        let predictions = [QueryPrediction("1", [(60, 70, 0.5), (0, 10, 0.9), (20, 30, 0.1)])]
        let precision = try full(predictions, truth).averagePrecision(at: 0.5)
        #expect(abs(precision - 5.0 / 9) < 1e-15)
    }

    @Test("a ground-truth window is found once; a better overlap later does not help")
    func matching() throws {
        let truth = [QueryGroundTruth("1", [(0, 10)])]
        // The first takes the window at 0.5, the second, exact, comes too late; at 0.75 only the second counts.
        let metrics = try full([QueryPrediction("1", [(0, 5, 0.9), (0, 10, 0.8)])], truth)
        #expect(metrics.averagePrecision(at: 0.5) == 1)
        #expect(metrics.averagePrecision(at: 0.75) == 0.5)
    }

    @Test("ties in score keep the order of the file")
    func ties() throws {
        let truth = [QueryGroundTruth("1", [(0, 10)])]
        let hit = (0.0, 10.0, 0.5)
        let misses = misses(9, score: 0.5)
        for place in 0..<10 {
            var windows = misses
            windows.insert(hit, at: place)
            let precision = try full([QueryPrediction("1", windows)], truth).averagePrecision(at: 0.5)
            #expect(precision == 1 / Double(place + 1))
        }
    }

    @Test("mAP looks at the first ten windows of the file, not at the ten best scores")
    func firstTen() throws {
        let truth = [QueryGroundTruth("1", [(0, 10)])]
        let misses = misses(10, score: 0.1)
        #expect(try full([QueryPrediction("1", misses + [(0, 10, 0.9)])], truth).meanAveragePrecision == 0)
    }

    @Test("a range keeps its own ground truth but all predictions")
    func ranges() throws {
        // Lengths 10 (short), 30 (middle) and 31 (long): open below, closed above.
        let truth = [QueryGroundTruth("1", [(0, 10), (20, 50), (60, 91)]), QueryGroundTruth("2", [(0, 150)])]
        let predictions = [
            QueryPrediction("1", [(20, 50, 0.9), (0, 10, 0.8), (60, 91, 0.7)]), QueryPrediction("2", [(0, 150, 1)]),
        ]
        let metrics = MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth)
        #expect(["full", "long", "middle", "short"].map { metrics[$0]?.queryCount } == [2, 2, 1, 1])
        #expect(metrics["middle"]?.recall(at: 0.5) == 1)
        #expect(metrics["short"]?.recall(at: 0.5) == 0)
        #expect(metrics["short"]?.averagePrecision(at: 0.5) == 0.5)
        let longPrecision: Double = (1.0 / 3 + 1) / 2
        #expect(metrics["long"]?.averagePrecision(at: 0.5) == longPrecision)
    }

    @Test("a range without queries has no figures")
    func emptyRange() throws {
        let metrics = MomentRetrievalMetrics.evaluate(
            predictions: [QueryPrediction("1", [(0, 20, 1)])], groundTruth: [QueryGroundTruth("1", [(0, 20)])])
        let short = try #require(metrics["short"])
        #expect(short.queryCount == 0)
        #expect(short.meanIoU.isNaN && short.meanAveragePrecision.isNaN && short.recall(at: 0.5).isNaN)
    }

    @Test("nothing at all gives no figures, not a crash")
    func nothing() throws {
        #expect(try full([], []).queryCount == 0)
        #expect(try full([QueryPrediction("1", nil)], [QueryGroundTruth("2", [(0, 1)])]).queryCount == 0)
    }

    @Test("2D-TAN's way suppresses overlaps first and wants more than the threshold")
    func strict() throws {
        let truth = [QueryGroundTruth("1", [(0, 20)])]
        let windows = [(0.0, 10.0, 0.9), (0, 11, 0.8), (0, 12, 0.7), (0, 13, 0.6), (0, 14, 0.5), (0, 20, 0.4)]
        let lenient = try full([QueryPrediction("1", windows)], truth, .singleMoment)
        #expect(lenient.recall(at: 0.5) == 1)
        #expect(lenient.recall(at: 0.7, count: 5) == 1)
        let strict = try full([QueryPrediction("1", windows)], truth, .strict(suppression: 0.5))
        #expect(strict.recall(at: 0.5) == 0)
        #expect(strict.recall(at: 0.3) == 1)
        // Only the first and the last, which has IoU 0.5 with it, are left.
        #expect(strict.recall(at: 0.7, count: 5) == 1)
        #expect(strict.meanIoU == 0.5)
        let none = try full([QueryPrediction("1", windows)], truth, .strict(suppression: 0.4))
        #expect(none.recall(at: 0.5, count: 5) == 0)
    }

    @Test("the order of lines does not matter")
    func permutations() {
        var generator = SystemRandomNumberGenerator()
        func windows(_ count: Int) -> [(Double, Double, Double)] {
            (0..<count).map { _ in
                let start = Double(Int.random(in: 0..<70, using: &generator) * 2)
                return (start, start + Double(Int.random(in: 1...5, using: &generator) * 10), Double.random(in: 0...1))
            }
        }
        let truth = (0..<200).map { id in
            QueryGroundTruth("\(id)", windows(Int.random(in: 1...4)).map { ($0.0, $0.1) }, duration: 200)
        }
        let predictions = (0..<200).map { QueryPrediction("\($0)", windows(Int.random(in: 1...12))) }
        let straight = MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth)
        for _ in 0..<3 {
            let shuffled = MomentRetrievalMetrics.evaluate(
                predictions: predictions.shuffled(using: &generator), groundTruth: truth)
            #expect(shuffled == straight)
        }
    }
}
