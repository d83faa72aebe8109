import Testing

@testable import Evaluation

@Suite("Highlights by hand") struct HighlightTests {
    private func good(_ saliency: [Double], _ ratings: [[Double]]) -> HighlightMetrics.LevelMetrics {
        HighlightMetrics.evaluate(
            predictions: [QueryPrediction("1", nil, saliency: saliency)],
            groundTruth: [QueryGroundTruth("1", nil, ratings: ratings)],
            levels: [HighlightLevel(name: "Good", minimum: 3)]
        ).levels[0]
    }

    @Test("precision is averaged over the steps that add a highlight")
    func averagePrecision() {
        // Ranked: hit, miss, hit, miss.
        let metrics = good([0.9, 0.8, 0.7, 0.6], [[3], [0], [4], [2]])
        let expected: Double = (1 + 2.0 / 3) / 2
        #expect(metrics.meanAveragePrecision == expected)
        #expect(metrics.hitAt1 == 1)
    }

    @Test("precision is the best at this or a lower saliency")
    func interpolation() {
        // Ranked: miss, hit, hit: 1/2 at the first hit, but 2/3 below it.
        #expect(good([0.9, 0.8, 0.7], [[0], [3], [3]]).meanAveragePrecision == 2.0 / 3)
    }

    @Test("clips of equal saliency are one step, which counts once")
    func ties() {
        // Three clips tie, two of them highlights, then a miss and a hit.
        let metrics = good([1, 1, 1, 0.5, 0.2], [[0], [3], [3], [0], [3]])
        let expected: Double = (2.0 / 3 + 3.0 / 5) / 2
        #expect(metrics.meanAveragePrecision == expected)
        #expect(metrics.hitAt1 == 0)
    }

    @Test("annotators are averaged for mAP; one is enough for HIT@1")
    func annotators() {
        let metrics = good([0.9, 0.1], [[3, 0], [0, 3]])
        #expect(metrics.meanAveragePrecision == 0.75)
        #expect(metrics.hitAt1 == 1)
    }

    @Test("without a highlight AP is 0, with nothing else it is 1")
    func extremes() {
        #expect(good([0.5, 0.4], [[0], [2]]).meanAveragePrecision == 0)
        #expect(good([0.5, 0.4], [[3], [4]]).meanAveragePrecision == 1)
    }

    @Test("missing scores are 0, so that they come before negative ones; more than there are clips are cut")
    func padding() {
        // The padded third clip ranks first.
        #expect(good([-0.1, -0.2], [[0], [0], [3]]).meanAveragePrecision == 1)
        #expect(good([0.1, 0.2, 9], [[3], [0]]).meanAveragePrecision == 0.5)
        // HIT@1 sees the scores as they are: clip 2 does not exist.
        #expect(good([0.1, 0.2, 9], [[3], [3]]).hitAt1 == 0)
        #expect(good([-0.1, -0.2], [[3], [0], [0]]).hitAt1 == 1)
        #expect(good([], [[3], [0]]).hitAt1 == 0)
    }

    @Test("HIT@1 takes the first of equal maxima")
    func firstMaximum() {
        #expect(good([0.1, 0.7, 0.7], [[0], [3], [0]]).hitAt1 == 1)
        #expect(good([0.1, 0.7, 0.7], [[0], [0], [3]]).hitAt1 == 0)
    }

    @Test("TVSum: above the lower median, five best clips, trapezoids")
    func tvsum() {
        // Median of 1 1 2 3 4 5 is 2: clips 3, 4, 5 are highlights. Ranked: 0, 5, 4, 3, 2 | 1.
        let truth = [QueryGroundTruth("v", nil, ratings: [[1], [1], [2], [3], [4], [5]], domain: "BK")]
        let predictions = [QueryPrediction("v", nil, saliency: [9, 0, 1, 2, 3, 4])]
        let metrics = VideoHighlightMetrics.evaluate(
            predictions: predictions, groundTruth: truth, style: .aboveMedian(top: 5))
        let heights: [Double] = [0.25, (0.5 + 2.0 / 3) / 2, (2.0 / 3 + 0.75) / 2]
        let expected = heights.reduce(0, +) / 3
        #expect(abs(metrics.meanAveragePrecision - expected) < 1e-15)
        #expect(metrics.domains.map(\.name) == ["BK"])
    }

    @Test("YouTube Highlights: domains count alike, however many videos they have")
    func youtube() {
        let hit = [[1.0], [0]]
        let truth = [
            QueryGroundTruth("a", nil, ratings: hit, domain: "dog"),
            QueryGroundTruth("b", nil, ratings: hit, domain: "dog"),
            QueryGroundTruth("c", nil, ratings: hit, domain: "skiing"),
        ]
        let predictions = [
            QueryPrediction("a", nil, saliency: [1, 0]), QueryPrediction("b", nil, saliency: [1, 0]),
            QueryPrediction("c", nil, saliency: [0, 1]),
        ]
        let metrics = VideoHighlightMetrics.evaluate(predictions: predictions, groundTruth: truth, style: .positive)
        #expect(metrics.domains.map(\.meanAveragePrecision) == [1, 0.25])
        #expect(metrics.meanAveragePrecision == 0.625)
    }
}
