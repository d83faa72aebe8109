/// What to do when predictions have problems that leave the figures in doubt.
public enum ProblemResponse: String, CaseIterable, Sendable {
    /// Refuse to measure.
    case stop
    /// Go on as the official evaluator does, see `PredictionProblem.Kind`.
    case `continue`
}

/// All figures of one file of predictions, with what is strange about it.
///
///     let report = try ScoreReport(predictions: predictions, groundTruth: truth, benchmark: .qvhighlights)
///     print(ScoreTable(report))
///     print(report["MR-full-mAP"] ?? .nan)
public struct ScoreReport: Hashable, Sendable {
    /// The way of measuring.
    public let benchmark: Benchmark
    /// Figures of moment retrieval; nil where either side has no windows.
    public let retrieval: MomentRetrievalMetrics?
    /// Figures of highlights; nil where either side has none.
    public let highlights: HighlightMetrics?
    /// Figures of whole videos' highlights; nil unless the benchmark has them.
    public let videoHighlights: VideoHighlightMetrics?
    /// What is strange about the predictions.
    public let check: PredictionCheck

    /// Checks and measures predictions.
    ///
    /// As in the official evaluator, moments are measured if the first prediction has windows, highlights if
    /// it has saliency.
    ///
    /// - Parameters:
    ///   - predictions: what is measured, one a query.
    ///   - groundTruth: what they are held against, one a query.
    ///   - benchmark: the way of measuring.
    ///   - options: how moments are measured, where not as usual for the benchmark.
    ///   - response: what to do about problems of severity `error`.
    /// - Throws: `ScoreError`: those problems, with `.stop`; or that nothing is left to measure.
    public init(
        predictions: [QueryPrediction], groundTruth: [QueryGroundTruth], benchmark: Benchmark,
        retrieval options: RetrievalOptions? = nil, response: ProblemResponse = .stop
    ) throws(ScoreError) {
        let check = PredictionCheck(predictions: predictions, groundTruth: groundTruth)
        if response == .stop, !check.errors.isEmpty { throw .problems(check.errors) }
        let known = Set(groundTruth.lazy.map(\.id))
        guard let first = predictions.first(where: { known.contains($0.id) }) else { throw .nothingShared }

        let hasWindows = first.windows != nil && groundTruth.contains { !($0.windows ?? []).isEmpty }
        let hasSaliency = first.saliency != nil && groundTruth.contains { $0.ratings != nil }
        var retrieval: MomentRetrievalMetrics?
        if hasWindows, let options = options ?? benchmark.retrieval {
            retrieval = .evaluate(predictions: predictions, groundTruth: groundTruth, options: options)
        }
        var highlights: HighlightMetrics?
        if hasSaliency, !benchmark.levels.isEmpty {
            highlights = .evaluate(
                predictions: predictions, groundTruth: groundTruth, levels: benchmark.levels)
        }
        var videoHighlights: VideoHighlightMetrics?
        if hasSaliency, let style = benchmark.videoHighlights {
            videoHighlights = .evaluate(predictions: predictions, groundTruth: groundTruth, style: style)
        }
        if retrieval == nil, highlights == nil, videoHighlights == nil { throw .nothingToMeasure(benchmark) }
        self.benchmark = benchmark
        self.check = check
        self.retrieval = retrieval
        self.highlights = highlights
        self.videoHighlights = videoHighlights
    }
}

/// Why predictions were not measured.
public enum ScoreError: Error, Hashable, Sendable {
    /// They have problems that leave the figures in doubt.
    case problems([PredictionProblem])
    /// No prediction answers a query of the ground truth.
    case nothingShared
    /// Predictions and ground truth have nothing in common that the benchmark measures.
    case nothingToMeasure(Benchmark)
}

extension ScoreError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .problems(let problems):
            problems.summary(noun: "problem")
        case .nothingShared:
            "No prediction answers a query of the annotations: are they of the same split?"
        case .nothingToMeasure(let benchmark):
            """
            Nothing to measure for \(benchmark.rawValue): windows are needed on both sides for moments, saliency \
            on both sides for highlights.
            """
        }
    }
}
