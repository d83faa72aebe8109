import Annotations
import Evaluation
import Foundation
import Scoring
import TestSupport

extension QueryPrediction {
    /// Windows as `(start, end, score)`.
    init(_ id: String, _ windows: [(Double, Double, Double)]?, saliency: [Double]? = nil, line: Int? = nil) {
        self.init(
            id: id, windows: windows?.map { RankedWindow(start: $0.0, end: $0.1, score: $0.2) }, saliency: saliency,
            line: line)
    }
}

extension QueryGroundTruth {
    /// Windows as `(start, end)`; ratings one row per clip.
    init(
        _ id: String, _ windows: [(Double, Double)]?, duration: Double = 150, ratings: [[Double]]? = nil,
        domain: String? = nil
    ) {
        self.init(
            id: id, duration: duration, windows: windows?.map { TimeWindow(start: $0.0, end: $0.1) },
            ratings: ratings.map { ClipRatings(annotators: $0[0].count, values: $0.flatMap { $0 }) }, domain: domain)
    }
}

func predictions(at url: URL) throws -> [QueryPrediction] {
    let set = try PredictionSet(contentsOf: url)
    return zip(set.predictions, set.lines).map { QueryPrediction($0, line: $1) }
}

func groundTruth(at url: URL) throws -> [QueryGroundTruth] {
    let set = try AnnotationSet(contentsOf: url)
    return zip(set, set.lines).map { QueryGroundTruth($0, line: $1) }
}

/// JSON numbers by the path of their keys.
func numbers(atJSON url: URL) throws -> [String: Double] {
    var result: [String: Double] = [:]
    func walk(_ value: Any, _ path: String) {
        if let members = value as? [String: Any] {
            for (key, value) in members { walk(value, path.isEmpty ? key : path + "/" + key) }
        } else if let number = value as? NSNumber {
            result[path] = number.doubleValue
        }
    }
    walk(try JSONSerialization.jsonObject(with: Data(contentsOf: url)), "")
    return result
}

extension ScoreTree {
    /// Figures by the path of their keys.
    var figures: [String: Double] {
        var result: [String: Double] = [:]
        func walk(_ tree: ScoreTree, _ path: String) {
            switch tree {
            case .figure(let figure): result[path] = figure?.value
            case .group(let members):
                for (key, value) in members { walk(value, path.isEmpty ? key : path + "/" + key) }
            }
        }
        walk(self, "")
        return result
    }
}
