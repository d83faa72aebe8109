import Batches
import Grounding
import TestSupport
import Testing

private struct Suppression: Decodable {
    struct Case: Decodable {
        let predictions, expected: [[Double]]
        let threshold: Double
        let limit: Int

        enum CodingKeys: String, CodingKey {
            case predictions, expected
            case threshold = "nms_thd"
            case limit = "max_after_nms"
        }
    }

    struct Pair: Decodable {
        let first, second: [Double]
        let overlap: Double

        enum CodingKeys: String, CodingKey {
            case first = "a"
            case second = "b"
            case overlap = "compute_temporal_iou"
        }
    }

    let cases: [Case]
    let pairs: [Pair]

    enum CodingKeys: String, CodingKey {
        case cases
        case pairs = "pair_iou_hull_denominator"
    }
}

@Suite("Decoding against its references (Golden)")
struct DecodingGoldenTests {
    @Test("moments that remain after suppression", arguments: GoldenCase.all("losses"))
    func suppression(_ golden: GoldenCase) throws {
        for (number, wanted) in try golden.json("nms.json", Suppression.self).cases.enumerated() {
            let moments = wanted.predictions.map { RankedMoment(Span($0[0], $0[1]), score: $0[2]) }
            let kept = temporalNMS(moments, threshold: wanted.threshold, hull: true, limit: wanted.limit)
            #expect(kept.map { [$0.span.start, $0.span.end, $0.score] } == wanted.expected, "case \(number)")
        }
    }

    @Test("overlap with the hull as denominator", arguments: GoldenCase.all("losses"))
    func hull(_ golden: GoldenCase) throws {
        for pair in try golden.json("nms.json", Suppression.self).pairs {
            let a = Span(pair.first[0], pair.first[1])
            let b = Span(pair.second[0], pair.second[1])
            #expect(abs(a.hullIoU(b) - pair.overlap) <= 1e-12, "\(pair)")
        }
    }
}
