import Foundation

/// What is wrong with a configuration: every problem with its place.
public struct ConfigurationFileError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    public struct Problem: Hashable, Sendable {
        /// Where it stands: `FILE:LINE`, or the `--set` that brought it.
        public let place: String
        /// The dotted key, such as `optimisation.epochs`; empty where the file as a whole is meant.
        public let key: String
        /// What is wrong and what to do.
        public let reason: String

        /// Makes a problem.
        public init(place: String, key: String, reason: String) {
            self.place = place
            self.key = key
            self.reason = reason
        }
    }

    /// The problems in the order of the file; at least one.
    public let problems: [Problem]

    /// Makes an error of at least one problem.
    public init(_ problems: [Problem]) {
        precondition(!problems.isEmpty, "an error needs a problem")
        self.problems = problems
    }

    init(place: String, key: String = "", _ reason: String) {
        self.init([Problem(place: place, key: key, reason: reason)])
    }
}

extension ConfigurationFileError: CustomStringConvertible, LocalizedError {
    /// One line a problem: place, key, reason.
    public var description: String {
        problems.map { problem in
            [problem.place, problem.key, problem.reason].filter { !$0.isEmpty }.joined(separator: ": ")
        }.joined(separator: "\n")
    }

    /// The description, for programs that ask through `LocalizedError`.
    public var errorDescription: String? { description }
}
