/// A report as text for people: aligned tables, all figures in percent.
public struct ScoreTable: Hashable, Sendable, CustomStringConvertible {
    /// The tables, a blank line between them.
    public let description: String

    /// Lays out everything that was measured.
    public init(_ report: ScoreReport) {
        var tables: [TextTable] = []
        if let retrieval = report.retrieval {
            tables.append(Self.overview(of: retrieval, thresholds: report.briefThresholds))
            if report.benchmark == .qvhighlights, let full = retrieval.full {
                tables.append(Self.sweep(of: full, retrieval.options))
            }
        }
        if let highlights = report.highlights { tables.append(Self.table(of: highlights)) }
        if let videoHighlights = report.videoHighlights { tables.append(Self.table(of: videoHighlights)) }
        description = tables.map(\.text).joined(separator: "\n\n")
    }

    private static func overview(of metrics: MomentRetrievalMetrics, thresholds: [Double]) -> TextTable {
        let recalls = metrics.options.recallCounts.flatMap { count in thresholds.map { (count, $0) } }
        let header = ["Moments"] + recalls.map { "R\($0.0)@\($0.1)" }
        var table = TextTable(header: header + ["mAP", "mAP@0.5", "mAP@0.75", "mIoU", "queries"])
        let order = ["full", "short", "middle", "long"]
        let ranges = metrics.ranges.sorted {
            (order.firstIndex(of: $0.range.name) ?? 4) < (order.firstIndex(of: $1.range.name) ?? 4)
        }
        for range in ranges {
            let shares =
                recalls.map { range.recall(at: $0.1, count: $0.0) } + [
                    range.meanAveragePrecision, range.averagePrecision(at: 0.5), range.averagePrecision(at: 0.75),
                    range.meanIoU,
                ]
            table.append([range.range.name] + shares.map(figure) + ["\(range.queryCount)"])
        }
        return table
    }

    /// Every threshold of mAP, for all windows.
    private static func sweep(
        of range: MomentRetrievalMetrics.RangeMetrics, _ options: RetrievalOptions
    ) -> TextTable {
        let thresholds = options.precisionThresholds
        var table = TextTable(header: ["At each IoU"] + thresholds.map { "\($0)" } + ["mean"])
        for count in options.recallCounts {
            table.append(["R\(count)"] + thresholds.map { figure(range.recall(at: $0, count: count)) })
        }
        table.append(["mAP"] + (range.averagePrecision + [range.meanAveragePrecision]).map(figure))
        return table
    }

    private static func table(of highlights: HighlightMetrics) -> TextTable {
        var table = TextTable(header: ["Highlights", "mAP", "HIT@1", "queries"])
        for level in highlights.levels {
            let figures = [level.meanAveragePrecision, level.hitAt1].map(figure)
            table.append([level.level.name] + figures + ["\(highlights.queryCount)"])
        }
        return table
    }

    private static func table(of highlights: VideoHighlightMetrics) -> TextTable {
        var table = TextTable(header: ["Highlights", "mAP", "videos"])
        for domain in highlights.domains {
            let name = domain.name.isEmpty ? "(no domain)" : domain.name
            table.append([name, figure(domain.meanAveragePrecision), "\(domain.videoCount)"])
        }
        let videos = highlights.domains.reduce(0) { $0 + $1.videoCount }
        table.append(["mean of domains", figure(highlights.meanAveragePrecision), "\(videos)"])
        return table
    }

    private static func figure(_ share: Double) -> String {
        Percentage(share: share)?.description ?? "–"
    }
}
