extension ScoreReport {
    /// The figures under the official QVHighlights evaluator's names, in its order, in percent.
    ///
    /// `brief` has, besides the official ones, `MR-full-R1@0.3`, `MR-full-R5@0.3` / `0.5` / `0.7` and
    /// `MR-full-mIoU`; the other parts are the official ones. Benchmarks of one moment a query have the
    /// thresholds of their own, and the extended parts always.
    ///
    /// - Parameter extended: whether every range also gets `MR-mIoU`, `MR-R5` and R1 below 0.5, as UniVTG's
    ///   evaluator writes them.
    public func tree(extended: Bool = false) -> ScoreTree {
        var brief: [(key: String, value: ScoreTree)] = []
        var parts: [(key: String, value: ScoreTree)] = []
        if let retrieval {
            brief += Self.brief(of: retrieval, thresholds: briefThresholds).sorted { $0.key < $1.key }
            for range in retrieval.ranges {
                let part = Self.part(of: range, retrieval.options, extended: extended || benchmark != .qvhighlights)
                parts.append((range.range.name, part))
            }
        }
        for level in highlights?.levels ?? [] {
            let name = "HL-min-\(level.level.name)"
            let precision = ScoreTree.share(level.meanAveragePrecision)
            let hit = ScoreTree.share(level.hitAt1)
            brief += [("\(name)-mAP", precision), ("\(name)-Hit1", hit)]
            parts.append((name, .group([("HL-mAP", precision), ("HL-Hit1", hit)])))
        }
        if let videoHighlights {
            brief.append(("HL-mAP", .share(videoHighlights.meanAveragePrecision)))
            let domains = videoHighlights.domains.map { ($0.name, ScoreTree.share($0.meanAveragePrecision)) }
            parts.append(("HL-domain-mAP", .group(domains)))
        }
        return .group([("brief", .group(brief))] + parts.sorted { $0.key < $1.key })
    }

    /// A figure of `brief` in percent, by its official name; nil where there is none.
    public subscript(name: String) -> Double? {
        guard case .figure(let figure)? = tree()["brief"]?[name] else { return nil }
        return figure?.value
    }

    /// The IoU thresholds that the brief figures and the table show.
    var briefThresholds: [Double] {
        benchmark == .qvhighlights ? [0.3, 0.5, 0.7] : retrieval?.options.recallThresholds ?? []
    }

    private static func brief(
        of metrics: MomentRetrievalMetrics, thresholds: [Double]
    ) -> [(key: String, value: ScoreTree)] {
        var figures: [(key: String, value: ScoreTree)] = []
        for range in metrics.ranges {
            let name = "MR-\(range.range.name)"
            figures.append(("\(name)-mAP", .share(range.meanAveragePrecision)))
            guard range.range.name == "full" else { continue }
            for threshold in [0.5, 0.75] {
                figures.append(("\(name)-mAP@\(threshold)", .share(range.averagePrecision(at: threshold))))
            }
            for count in metrics.options.recallCounts {
                for threshold in thresholds {
                    let recall = range.recall(at: threshold, count: count)
                    figures.append(("\(name)-R\(count)@\(threshold)", .share(recall)))
                }
            }
            figures.append(("\(name)-mIoU", .share(range.meanIoU)))
        }
        return figures
    }

    private static func part(
        of range: MomentRetrievalMetrics.RangeMetrics, _ options: RetrievalOptions, extended: Bool
    ) -> ScoreTree {
        var precisions = zip(options.precisionThresholds, range.averagePrecision).map { threshold, value in
            (key: "\(threshold)", value: ScoreTree.share(value))
        }
        precisions.append(("average", .share(range.meanAveragePrecision)))
        var members: [(key: String, value: ScoreTree)] = []
        if extended { members.append(("MR-mIoU", .share(range.meanIoU))) }
        members.append(("MR-mAP", .group(precisions)))
        for (count, recall) in zip(options.recallCounts, range.recall) where extended || count == 1 {
            let figures = zip(options.recallThresholds, recall)
                .filter { extended || $0.0 >= 0.5 }
                .map { (key: "\($0.0)", value: ScoreTree.share($0.1)) }
            members.append(("MR-R\(count)", .group(figures)))
        }
        return .group(members)
    }
}

extension ScoreTree {
    fileprivate static func share(_ value: Double) -> ScoreTree {
        .figure(Percentage(share: value))
    }
}
