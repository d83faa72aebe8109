import Annotations
import Batches
import Foundation
import Grounding
import Plotting

extension QueryExplanation {
    /// All of it on one time axis.
    public var plot: ExplanationPlot {
        let isSimulated = models.contains(where: \.isSimulated)
        return ExplanationPlot(
            title: annotation.query,
            subtitle: "\(annotation.vid), qid \(annotation.qid)" + (isSimulated ? ", simulated features" : ""),
            duration: annotation.duration, clipLength: clipLength,
            groundTruth: (annotation.relevantWindows ?? []).map { .init(start: $0.start, end: $0.end) },
            models: models.map { model in
                let scores = [
                    model.cdnet?.relevance.map { ExplanationPlot.Scores("relevance S", $0) },
                    model.cdnet.map { ExplanationPlot.Scores("confidence f", $0.confidence) },
                ].compactMap { $0 }
                return ExplanationPlot.Model(
                    name: model.name,
                    moments: model.moments.map {
                        .init(start: $0.span.start, end: $0.span.end, score: $0.score)
                    },
                    scores: scores,
                    attention: model.cdnet?.wordAttention.map { .init(words: words, shares: $0) },
                    points: model.cdnet?.points.map { .init(from: $0.grid, to: $0.moved) } ?? [])
            })
    }

    /// A page of its own: the drawing, and the moments as a table with their overlap with the ground truth.
    public var html: String {
        let truth = (annotation.relevantWindows ?? []).map { Span($0.start, $0.end) }
        let rows = models.flatMap { model in
            model.moments.enumerated().map { rank, moment in
                let overlap = truth.map { moment.span.iou($0) }.max()
                let cells = [
                    rank == 0 ? model.name : "", "\(rank + 1)", Self.seconds(moment.span.start),
                    Self.seconds(moment.span.end), String(format: "%.3f", moment.score),
                    overlap.map { String(format: "%.2f", $0) } ?? "–",
                ]
                return "<tr>" + cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>"
            }
        }
        // The XML declaration of a drawing has no place inside a page.
        let svg = plot.svg().split(separator: "\n", maxSplits: 1).last.map(String.init) ?? ""
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.escaped(annotation.query))</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #1F2328; }
            table { border-collapse: collapse; margin-top: 1.5rem; }
            th, td { padding: .2rem .9rem .2rem 0; text-align: right; }
            th:first-child, td:first-child { text-align: left; }
            th { border-bottom: 1px solid #818B98; }
            </style>
            </head>
            <body>
            \(svg)
            <table>
            <tr><th>model</th><th>rank</th><th>start, s</th><th>end, s</th><th>score</th><th>best IoU with the truth</th></tr>
            \(rows.joined(separator: "\n"))
            </table>
            </body>
            </html>

            """
    }

    /// Every number, with stable names.
    ///
    /// - Throws: what encoding throws; numbers that are not finite cannot be written.
    public func json() throws -> String {
        let encoder = JSONEncoder.exact
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private struct Document: Encodable {
        struct Point: Encodable {
            let group: Int
            let grid, moved: Double
        }

        struct Model: Encodable {
            let name: String
            let simulated: Bool
            let moments: [[Double]]
            let saliency: [Double]
            let relevance, confidence, wordWeights: [Double]?
            let wordAttention: [[Double]]?
            let points: [Point]?

            enum CodingKeys: String, CodingKey {
                case name, simulated, saliency, relevance, confidence, points
                case moments = "pred_relevant_windows"
                case wordWeights = "word_weights"
                case wordAttention = "word_attention"
            }
        }

        let qid: QueryID
        let query, vid: String
        let duration, clipLength: Double
        let relevantWindows: [[Double]]?
        let words: [String]
        let models: [Model]

        enum CodingKeys: String, CodingKey {
            case qid, query, vid, duration, words, models
            case clipLength = "clip_length"
            case relevantWindows = "relevant_windows"
        }

        init(_ explained: QueryExplanation) {
            let annotation = explained.annotation
            (qid, query, vid) = (annotation.qid, annotation.query, annotation.vid)
            (duration, clipLength) = (annotation.duration, explained.clipLength)
            relevantWindows = annotation.relevantWindows.map { $0.map { [$0.start, $0.end] } }
            words = explained.words
            models = explained.models.map { model in
                Model(
                    name: model.name, simulated: model.isSimulated,
                    moments: model.moments.map { [$0.span.start, $0.span.end, $0.score] }, saliency: model.saliency,
                    relevance: model.cdnet?.relevance, confidence: model.cdnet?.confidence,
                    wordWeights: model.cdnet?.wordWeights, wordAttention: model.cdnet?.wordAttention,
                    points: model.cdnet?.points.map { Point(group: $0.group, grid: $0.grid, moved: $0.moved) })
            }
        }
    }
}
