import Foundation
import Grounding
import Media
import Plotting

/// A video's answers as text, JSON, a drawing, and clips cut out.
struct VideoAnswers {
    let video: URL
    let answers: [VideoQuestion.Answer]
    /// Moments shown at most.
    let top: Int
    /// Moments with a lower score are none.
    let threshold: Double

    /// The moments of an answer that are good enough, the best first.
    func moments(_ answer: VideoQuestion.Answer) -> [RankedMoment] {
        Array(answer.grounding.moments.filter { $0.score >= threshold }.prefix(top))
    }

    /// For people.
    var text: String {
        answers.map { answer in
            var lines = ["“\(answer.sentence)”", "\(video.lastPathComponent), \(Clock.text(answer.duration))"]
            let moments = moments(answer)
            for (rank, moment) in moments.enumerated() {
                lines.append(String(format: "%2d  ", rank + 1) + line(moment))
            }
            if moments.isEmpty {
                let best = answer.grounding.moments.first.map { "; the best is \(line($0))" } ?? ""
                lines.append("no confident moment (none has \(String(format: "%.2f", threshold)))\(best)")
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private func line(_ moment: RankedMoment) -> String {
        "\(Clock.text(moment.span.start)) – \(Clock.text(moment.span.end))  \(String(format: "%.2f", moment.score))"
    }

    /// For programs: an object a sentence, one a line.
    var json: String {
        struct Moment: Encodable {
            let start, end, score: Double
            let cosine: Double?
        }
        struct Object: Encodable {
            let qid: Int
            let query, vid: String
            let duration, clipLength, threshold: Double
            let confident: Bool
            let moments: [Moment]
            let best: Moment?
            let predictedWindows: [[Double]]
            let saliency: [Double]
            let model: String

            enum CodingKeys: String, CodingKey {
                case qid, query, vid, duration, threshold, confident, moments, best, model
                case clipLength = "clip_length"
                case predictedWindows = "pred_relevant_windows"
                case saliency = "pred_saliency_scores"
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return answers.enumerated().map { index, answer in
            func named(_ moment: RankedMoment, _ rank: Int) -> Moment {
                Moment(
                    start: moment.span.start, end: moment.span.end, score: moment.score,
                    cosine: answer.cosines.flatMap { rank < $0.count ? $0[rank] : nil })
            }
            let moments = moments(answer).enumerated().map { named($1, $0) }
            let object = Object(
                qid: index, query: answer.sentence, vid: video.lastPathComponent, duration: answer.duration,
                clipLength: answer.clipLength, threshold: threshold, confident: !moments.isEmpty, moments: moments,
                best: answer.grounding.moments.first.map { named($0, 0) },
                predictedWindows: moments.map { [$0.start, $0.end, $0.score] }, saliency: answer.grounding.saliency,
                model: answer.model)
            return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }.joined(separator: "\n")
    }

    /// Draws the first answer's timeline; further ones are numbered: `plot.svg`, `plot-2.svg`.
    func draw(to url: URL) throws {
        for (index, answer) in answers.enumerated() {
            let plot = TimelinePlot(
                title: answer.sentence, subtitle: video.lastPathComponent, duration: answer.duration,
                clipLength: answer.clipLength, relevance: answer.grounding.relevance ?? [],
                saliency: answer.grounding.saliency,
                moments: moments(answer).map { .init(start: $0.span.start, end: $0.span.end, score: $0.score) })
            let target = index == 0 ? url : Self.numbered(url, index + 1)
            do {
                try Data(plot.svg().utf8).write(to: target, options: .atomic)
            } catch {
                throw MediaError(file: target.path, problem: .unwritable(error.localizedDescription))
            }
        }
    }

    /// Cuts the moments out into files: `NAME-1.mp4`, for several sentences `NAME-q2-1.mp4`. The span is the moment's to the frame.
    func cut(to folder: URL) throws -> [URL] {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MediaError(file: folder.path, problem: .unwritable(error.localizedDescription))
        }
        let cutter = VideoCutter(video)
        let name = video.deletingPathExtension().lastPathComponent
        var files: [URL] = []
        for (index, answer) in answers.enumerated() {
            for (rank, moment) in moments(answer).enumerated() where moment.span.end > moment.span.start {
                let question = answers.count > 1 ? "q\(index + 1)-" : ""
                let file = folder.appendingPathComponent("\(name)-\(question)\(rank + 1).mp4")
                _ = try cutter.cut(moment.span.start..<moment.span.end, to: file, mode: .exact)
                files.append(file)
            }
        }
        return files
    }

    private static func numbered(_ url: URL, _ number: Int) -> URL {
        let name = "\(url.deletingPathExtension().lastPathComponent)-\(number).\(url.pathExtension)"
        return url.deletingLastPathComponent().appendingPathComponent(name)
    }
}
