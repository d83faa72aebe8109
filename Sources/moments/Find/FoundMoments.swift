import Annotations
import Batches
import Foundation
import Grounding
import Plotting
import Training
import WholeFiles

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
    /// What the scores mean.
    let scale: ScoreScale
    /// How many moments are shown at most.
    var top = 5
    /// The least score of a confident moment; nil where none was asked for.
    var threshold: Double?
    /// The cosines behind the moments' scores, where nothing was trained.
    var cosines: [Double]?

    /// The best moments that are shown: with a threshold, those that reach it.
    var shown: [RankedMoment] {
        Array(answer.moments.prefix(top).prefix { scale.score($0) >= threshold ?? -.infinity })
    }
    /// The best moment where it is below the threshold.
    var bestBelow: RankedMoment? { shown.isEmpty ? answer.moments.first : nil }

    private var truth: [Window] { annotation.relevantWindows ?? [] }

    /// For people: the sentence, then a line a moment.
    var text: String {
        var lines: [String] = []
        let sentence = annotation.query.isEmpty ? "" : "“\(annotation.query)”\n"
        var mark = isSimulated ? ", simulated features" : ""
        if case .uncalibrated = scale { mark += ", uncalibrated scores" }
        lines.append("\(sentence)\(annotation.vid), \(Self.clock(annotation.duration))\(mark)")
        if answer.moments.isEmpty { lines.append("No moment found.") }
        if let threshold, let best = bestBelow {
            let place = Self.range(best.span.start, best.span.end)
            lines.append("No confident moment: the best is \(place) with \(written(best)), below \(threshold).")
        }
        for (rank, moment) in shown.enumerated() {
            let place = Self.range(moment.span.start, moment.span.end)
            let number = String(repeating: " ", count: rank < 9 ? 1 : 0) + "\(rank + 1)"
            lines.append("\(number)  \(place)  \(written(moment))")
        }
        if !truth.isEmpty {
            lines.append("annotated  " + truth.map { Self.range($0.start, $0.end) }.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    /// Draws the timeline: as PNG where the file's name ends so, else as SVG.
    func draw(to url: URL, thumbnails: [TimelinePlot.Thumbnail] = []) throws {
        let plot = TimelinePlot(
            title: annotation.query.isEmpty ? annotation.vid : annotation.query,
            subtitle: annotation.vid + (isSimulated ? ", simulated features" : ""),
            duration: annotation.duration, clipLength: clipLength, relevance: answer.relevance ?? [],
            saliency: answer.saliency,
            moments: shown.map { .init(start: $0.span.start, end: $0.span.end, score: scale.score($0)) },
            groundTruth: truth.map { .init(start: $0.start, end: $0.end) }, thumbnails: thumbnails)
        do {
            let isPNG = url.pathExtension.lowercased() == "png"
            try (isPNG ? plot.png() : Data(plot.svg().utf8)).writeWhole(to: url)
        } catch let error as PlotError {
            throw error
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }

    private func written(_ moment: RankedMoment) -> String { String(format: "%.2f", scale.score(moment)) }

    private static func range(_ start: Double, _ end: Double) -> String { "\(clock(start)) – \(clock(end))" }

    /// `02:30`, or `1:02:30` from an hour on.
    static func clock(_ seconds: Double) -> String {
        let whole = max(0, Int(seconds.rounded()))
        let short = String(format: "%02d:%02d", whole / 60 % 60, whole % 60)
        return whole < 3600 ? short : "\(whole / 3600):\(short)"
    }
}
