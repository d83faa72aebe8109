import Foundation

/// The predictions of one file, in its order.
///
/// A line is good when it follows the schema. Whether its numbers make sense, and whether its query exists
/// and is answered once, is for the evaluation to judge, which knows the ground truth.
public struct PredictionSet: Sendable {
    /// The predictions, line by line.
    public let predictions: [Prediction]
    /// The line on which each of them stands, counted from 1.
    public let lines: [Int]
    /// The lines that were left out; empty unless the policy is `.keepGood`.
    public let problems: [LineProblem]

    /// Reads a file of JSON Lines in the QVHighlights submission schema.
    ///
    /// - Throws: that it is missing, unreadable or empty; with `.strict`, all of its wrong lines.
    public init(contentsOf url: URL, policy: ProblemPolicy = .strict) throws(AnnotationFileError) {
        self = try FileContents(url).withBytes { bytes throws(AnnotationFileError) in
            try PredictionSet(bytes, url: url, policy: policy)
        }
    }

    private init(
        _ bytes: UnsafeBufferPointer<UInt8>, url: URL, policy: ProblemPolicy
    ) throws(AnnotationFileError) {
        let file = url.lastPathComponent
        var predictions: [Prediction] = []
        var lines: [Int] = []
        var problems: [LineProblem] = []
        for line in parseLines(of: bytes, PredictionLine.parse) {
            switch line.content {
            case .value(let prediction):
                predictions.append(prediction)
                lines.append(line.number)
            case .problems(let reasons):
                problems += reasons.map { LineProblem(file: file, line: line.number, reason: $0) }
            }
        }
        if predictions.isEmpty, problems.isEmpty { throw .empty(path: url.path) }
        if policy == .strict, !problems.isEmpty { throw .problems(path: url.path, problems) }
        self.predictions = predictions
        self.lines = lines
        self.problems = problems
    }
}

extension Sequence<Prediction> {
    /// Writes one line a prediction, in the QVHighlights submission schema.
    ///
    /// The file is written beside and renamed, so that it is never half there.
    ///
    /// - Throws: what Foundation reports.
    public func write(to url: URL) throws {
        try JSONLines.write(map(\.json), to: url)
    }
}
