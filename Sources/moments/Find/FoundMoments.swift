import Annotations
import Batches
import Foundation
import Grounding
import Plotting
import Training

/// What `moments find` has found.
struct FoundMoments {
    let annotation: Annotation
    /// Seconds a clip.
    let clipLength: Double
    /// The moments are all there are; ``top`` says how many are shown.
    let answer: Grounding
    /// The file of the model, or what stands for one.
    let model: String
    let isSimulated: Bool
    /// How many moments are shown at most.
    var top = 5
    /// The least score of a confident moment; nil where none was asked for.
    var threshold: Double?
    /// The cosines behind the moments' scores, where nothing was trained.
    var cosines: [Double]?

    /// The best moments that are shown: with a threshold, those that reach it.
    var shown: [RankedMoment] {
        Array(answer.moments.prefix(top).prefix { $0.score >= threshold ?? -.infinity })
    }
    /// The best moment where it is below the threshold.
    private var bestBelow: RankedMoment? { shown.isEmpty ? answer.moments.first : nil }

    private var truth: [Window] { annotation.relevantWindows ?? [] }

    /// For people: the sentence, then a line a moment.
    var text: String {
        var lines: [String] = []
        let sentence = annotation.query.isEmpty ? "" : "“\(annotation.query)”\n"
        let mark = isSimulated ? ", simulated features" : ""
        lines.append("\(sentence)\(annotation.vid), \(Self.clock(annotation.duration))\(mark)")
        if answer.moments.isEmpty { lines.append("No moment found.") }
        if let threshold, let best = bestBelow {
            let place = Self.range(best.span.start, best.span.end)
            lines.append("No confident moment: the best is \(place) with \(Self.score(best)), below \(threshold).")
        }
        for (rank, moment) in shown.enumerated() {
            let place = Self.range(moment.span.start, moment.span.end)
            let number = String(repeating: " ", count: rank < 9 ? 1 : 0) + "\(rank + 1)"
            lines.append("\(number)  \(place)  \(Self.score(moment))")
        }
        if !truth.isEmpty {
            lines.append("annotated  " + truth.map { Self.range($0.start, $0.end) }.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    /// For programs: the submission schema, and the same with names.
    var json: String {
        struct Moment: Encodable {
            let start, end, score: Double
            /// The model's own figures: a trained one's logit, CLIP's cosine.
            let logit, cosine: Double?
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
            let simulated: Bool
            let threshold: Double?
            let confident: Bool?
            let bestBelow: Moment?

            enum CodingKeys: String, CodingKey {
                case qid, query, vid, duration, moments, relevance, model, simulated, threshold, confident
                case bestBelow = "best_below_threshold"
                case clipLength = "clip_length"
                case predictedWindows = "pred_relevant_windows"
                case saliency = "pred_saliency_scores"
                case relevantWindows = "relevant_windows"
            }
        }
        func described(_ moment: RankedMoment, _ rank: Int) -> Moment {
            Moment(
                start: moment.span.start, end: moment.span.end, score: moment.score,
                logit: cosines == nil ? Self.logit(moment.score) : nil, cosine: cosines?[rank])
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
            model: model, simulated: isSimulated, threshold: threshold,
            confident: threshold.map { _ in !shown.isEmpty },
            bestBelow: threshold == nil ? nil : bestBelow.map { described($0, 0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Draws the timeline.
    func draw(to url: URL) throws {
        let plot = TimelinePlot(
            title: annotation.query.isEmpty ? annotation.vid : annotation.query,
            subtitle: annotation.vid + (isSimulated ? ", simulated features" : ""),
            duration: annotation.duration, clipLength: clipLength, relevance: answer.relevance ?? [],
            saliency: answer.saliency,
            moments: shown.map { .init(start: $0.span.start, end: $0.span.end, score: $0.score) },
            groundTruth: truth.map { .init(start: $0.start, end: $0.end) })
        do {
            try Data(plot.svg().utf8).write(to: url, options: .atomic)
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }

    private static func score(_ moment: RankedMoment) -> String { String(format: "%.2f", moment.score) }

    /// The number whose logistic function is a score; nil at the ends, where there is none.
    private static func logit(_ score: Double) -> Double? {
        score > 0 && score < 1 ? Foundation.log(score / (1 - score)) : nil
    }

    private static func range(_ start: Double, _ end: Double) -> String { "\(clock(start)) – \(clock(end))" }

    /// `02:30`, or `1:02:30` from an hour on.
    static func clock(_ seconds: Double) -> String {
        let whole = max(0, Int(seconds.rounded()))
        let short = String(format: "%02d:%02d", whole / 60 % 60, whole % 60)
        return whole < 3600 ? short : "\(whole / 3600):\(short)"
    }
}
