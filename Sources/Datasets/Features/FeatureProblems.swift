import Foundation

/// Everything that is wrong with the features of a file of annotations.
public struct FeatureProblems: Error, Sendable, CustomStringConvertible, LocalizedError {
    /// What the queries come from.
    public let annotations: String
    /// How many queries there are.
    public let queries: Int
    /// How many of them have bad features.
    public let badQueries: Int
    /// One error for the video and one for the text of a query.
    public let problems: [FeatureError]

    /// Whether nothing but missing files is the matter.
    public var areAllMissing: Bool { problems.allSatisfy { if case .missing = $0.problem { true } else { false } } }

    /// The count, and the first problems.
    public var description: String {
        let shown = problems.prefix(10).map { "  \($0)" }
        let more = problems.count - shown.count
        return
            (["\(annotations): \(badQueries) of \(queries) queries have bad features."] + shown
            + (more > 0 ? ["  … and \(more) more; `moments check` lists all of them."] : []))
            .joined(separator: "\n")
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension FeatureReport {
    /// Throws ``FeatureProblems`` where there are any.
    ///
    /// - Parameter annotations: What the queries come from, for the message.
    public func requireGood(_ annotations: String) throws {
        guard !problems.isEmpty else { return }
        throw FeatureProblems(
            annotations: annotations, queries: queries, badQueries: badQueries.count, problems: problems)
    }
}
