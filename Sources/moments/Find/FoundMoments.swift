import Annotations
import Batches
import Foundation
import Grounding
import Plotting
import Training

/// What `moments find` has found.
struct FoundMoments {
    let query: SingleQuery
    let answer: Grounding
    let trained: TrainedModel

    private var annotation: Annotation { query.annotation }
    private var truth: [Window] { annotation.relevantWindows ?? [] }

    /// For people: the sentence, then a line a moment.
    var text: String {
        var lines: [String] = []
        let sentence = annotation.query.isEmpty ? "" : "“\(annotation.query)”\n"
        let mark = trained.isSimulated ? ", simulated features" : ""
        lines.append("\(sentence)\(annotation.vid), \(Self.clock(annotation.duration))\(mark)")
        if answer.moments.isEmpty { lines.append("No moment found.") }
        for (rank, moment) in answer.moments.enumerated() {
            let place = Self.range(moment.span.start, moment.span.end)
            let number = String(repeating: " ", count: rank < 9 ? 1 : 0) + "\(rank + 1)"
            lines.append("\(number)  \(place)  \(String(format: "%.2f", moment.score))")
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

            enum CodingKeys: String, CodingKey {
                case qid, query, vid, duration, moments, relevance, model, simulated
                case clipLength = "clip_length"
                case predictedWindows = "pred_relevant_windows"
                case saliency = "pred_saliency_scores"
                case relevantWindows = "relevant_windows"
            }
        }
        let prediction = Prediction(answer, annotation: annotation)
        let object = Object(
            qid: annotation.qid, query: annotation.query, vid: annotation.vid, duration: annotation.duration,
            clipLength: query.clipLength,
            predictedWindows: (prediction.relevantWindows ?? []).map { [$0.start, $0.end, $0.score] },
            saliency: prediction.saliencyScores ?? [],
            moments: answer.moments.map { Moment(start: $0.span.start, end: $0.span.end, score: $0.score) },
            relevance: answer.relevance,
            relevantWindows: annotation.relevantWindows.map { $0.map { [$0.start, $0.end] } },
            model: trained.file.path, simulated: trained.isSimulated)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Draws the timeline.
    func draw(to url: URL) throws {
        let plot = TimelinePlot(
            title: annotation.query.isEmpty ? annotation.vid : annotation.query,
            subtitle: annotation.vid + (trained.isSimulated ? ", simulated features" : ""),
            duration: annotation.duration, clipLength: query.clipLength, relevance: answer.relevance ?? [],
            saliency: answer.saliency,
            moments: answer.moments.map { .init(start: $0.span.start, end: $0.span.end, score: $0.score) },
            groundTruth: truth.map { .init(start: $0.start, end: $0.end) })
        do {
            try Data(plot.svg().utf8).write(to: url, options: .atomic)
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }

    private static func range(_ start: Double, _ end: Double) -> String { "\(clock(start)) – \(clock(end))" }

    /// `02:30`.
    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return String(format: "%02d:%02d", whole / 60, whole % 60)
    }
}
