/// The windows that answer one query, as the measures want them.
struct RetrievalAnswer {
    /// In file order: the ones that R*n*@*m* judges.
    let listed: [TimeWindow]
    /// By decreasing score, ties in file order: the ones that mAP judges.
    let ranked: [TimeWindow]

    /// Of duplicate lines, R*n* takes the last, and mAP takes the windows of all.
    init(_ query: MatchedQuery, options: RetrievalOptions) {
        let most = max(options.recallCounts.max() ?? 1, options.maximumWindows)
        func windows(of answer: QueryPrediction) -> [RankedWindow] {
            let all = answer.windows ?? []
            guard let threshold = options.suppression else { return all }
            return suppressed(all, threshold: threshold, limit: most)
        }
        listed = windows(of: query.answer).prefix(most).map(\.window)
        var candidates: [RankedWindow] = []
        for answer in query.answers { candidates += windows(of: answer).prefix(options.maximumWindows) }
        ranked = Self.sorted(candidates).map(\.window)
    }

    /// The overlap that decides about R*n*@*m*: of all pairs of the first `count` windows and the wanted ones,
    /// the pair that overlaps most by one form of IoU, then measured by the other.
    ///
    /// 0 without windows. For one window NaN overlaps beat all others; for several they count as 0.
    func bestOverlap(
        with wanted: [TimeWindow], among count: Int, _ comparison: RetrievalOptions.Comparison
    ) -> Double {
        var best = -Double.infinity
        var result = 0.0
        for window in listed.prefix(count) {
            for other in wanted {
                var overlap =
                    comparison == .atLeast
                    ? IntersectionOverUnion.bySum(window, other) : IntersectionOverUnion.byHull(window, other)
                if overlap.isNaN {
                    if count == 1 { return IntersectionOverUnion.byHull(window, other) }
                    overlap = 0
                }
                if overlap > best {
                    best = overlap
                    result = IntersectionOverUnion.byHull(window, other)
                }
            }
        }
        return result
    }

    /// By decreasing score; windows without a comparable score, NaN, come last.
    private static func sorted(_ windows: [RankedWindow]) -> [RankedWindow] {
        let isInOrder = zip(windows, windows.dropFirst()).allSatisfy { $0.score >= $1.score }
        if isInOrder { return windows }
        // `sort` is stable, which the tests hold it to.
        return windows.sorted { $0.score > $1.score || ($1.score.isNaN && !$0.score.isNaN) }
    }
}
