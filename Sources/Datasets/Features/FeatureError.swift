import Foundation
import TensorFiles

/// What is wrong with the features of one query: which query, which file, what, and what to do about it.
public struct FeatureError: Error, Sendable, Equatable {
    /// Whose features they are.
    public enum Subject: String, Sendable, Equatable, Codable {
        /// The video's clips.
        case video
        /// The sentence's words.
        case text
    }

    /// The kinds of trouble.
    public enum Problem: Sendable, Equatable {
        /// There is no such file or entry; the places that were tried.
        case missing(tried: [String])
        /// The file cannot be read, or is damaged.
        case unreadable(TensorFileError)
        /// The file has several arrays and none of the expected name; the names that there are.
        case noArray(wanted: String, available: [String])
        /// The array is no matrix of rows × width.
        case wrongShape([Int])
        /// A row has another width than the data set's first features have.
        case wrongWidth(found: Int, expected: Int)
        /// There is not one row.
        case empty
        /// There are far fewer clips than the video's duration asks for.
        case tooShort(clips: Int, expected: Int)
        /// An element is NaN or infinite.
        case notFinite(row: Int, column: Int)
    }

    /// Whether the video's or the sentence's features are meant.
    public let subject: Subject
    /// The annotation's qid.
    public let query: String
    /// The video's name.
    public let video: String
    /// The file, and the array in it where it holds several; nil where none was found.
    public let file: String?
    /// What is wrong.
    public let problem: Problem

    /// Makes an error.
    public init(subject: Subject, query: String, video: String, file: String? = nil, problem: Problem) {
        self.subject = subject
        self.query = query
        self.video = video
        self.file = file
        self.problem = problem
    }
}

extension FeatureError: CustomStringConvertible, LocalizedError {
    /// One or two sentences for a person.
    public var description: String {
        let whose = subject == .video ? "video \(video) (query \(query))" : "query \(query)"
        guard let file else { return "Features of \(whose): \(problem.sentence)" }
        return "Features of \(whose) in \(file): \(problem.sentence)"
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension FeatureError.Problem {
    fileprivate var sentence: String {
        switch self {
        case .missing(let tried):
            "there are none; looked for \(tried.joined(separator: ", ")). Extract them, or correct the path or the pattern."
        case .unreadable(let error): error.description
        case .noArray(let wanted, let available):
            "several arrays and none named “\(wanted)”: \(available.joined(separator: ", ")). Name the one to take."
        case .wrongShape(let shape): "an array of shape \(shape), where rows × width is needed."
        case .wrongWidth(let found, let expected):
            "rows of \(found) numbers, where \(expected) are expected as in the other files."
        case .empty: "not one row."
        case .tooShort(let clips, let expected):
            "only \(clips) clips for a duration of \(expected). Extract them again, or check the clip length."
        case .notFinite(let row, let column): "the number at row \(row), column \(column) is NaN or infinite."
        }
    }
}

/// The description of where features lie cannot be used.
public struct FeatureSetupError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// The folder or file concerned.
    public let path: String
    /// What is wrong and what to do.
    public let reason: String

    /// Makes an error.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The message.
    public var description: String { "\(path): \(reason)" }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}
