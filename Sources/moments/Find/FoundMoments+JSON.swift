import Annotations
import Batches
import Foundation
import Grounding
import Training

extension FoundMoments {
    /// For programs: the submission schema, whose scores are the model's own, and the same with names and readable scores.
    var json: String {
        struct Moment: Encodable {
            let start, end, score: Double
            /// The model's own figures: a trained one's confidence and what it was made from, CLIP's cosine.
            let confidence, logit, cosine: Double?
        }
        struct Object: Encodable {
            let qid: QueryID
            let query, vid: String
            let duration, clipLength: Double
            let predictedWindows: [[Double]]
            let saliency: [Double]
            let moments: [Moment]
            let relevance: [Double]?
            let relevantWindows: [[Double]]?
            let model: String
            let scores, scoreMeaning: String
            let calibration: Calibration?
            let simulated: Bool
            let threshold: Double?
            let confident: Bool?
            let bestBelow: Moment?

            enum CodingKeys: String, CodingKey {
                case qid, query, vid, duration, moments, relevance, model, scores, calibration, simulated, threshold
                case confident
                case scoreMeaning = "score_meaning"
                case bestBelow = "best_below_threshold"
                case clipLength = "clip_length"
                case predictedWindows = "pred_relevant_windows"
                case saliency = "pred_saliency_scores"
                case relevantWindows = "relevant_windows"
            }
        }
        func described(_ moment: RankedMoment, _ rank: Int) -> Moment {
            Moment(
                start: moment.span.start, end: moment.span.end, score: scale.score(moment),
                confidence: cosines == nil ? moment.score : nil, logit: moment.logit, cosine: cosines?[rank])
        }
        var ranked = answer
        ranked.moments = Array(answer.moments.prefix(top))
        let prediction = Prediction(ranked, annotation: annotation)
        let object = Object(
            qid: annotation.qid, query: annotation.query, vid: annotation.vid, duration: annotation.duration,
            clipLength: clipLength,
            predictedWindows: (prediction.relevantWindows ?? []).map { [$0.start, $0.end, $0.score] },
            saliency: prediction.saliencyScores ?? [],
            moments: shown.enumerated().map { described($1, $0) },
            relevance: answer.relevance,
            relevantWindows: annotation.relevantWindows.map { $0.map { [$0.start, $0.end] } },
            model: model, scores: scale.name, scoreMeaning: scale.meaning, calibration: scale.calibration,
            simulated: isSimulated, threshold: threshold,
            confident: threshold.map { _ in !shown.isEmpty },
            bestBelow: threshold == nil ? nil : bestBelow.map { described($0, 0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
