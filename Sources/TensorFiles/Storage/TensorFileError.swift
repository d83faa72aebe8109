import Foundation

/// What is wrong with a file of arrays: which file, which part of it, what, and what to do about it.
public struct TensorFileError: Error, Sendable, Equatable {
    /// The kinds of trouble.
    public enum Problem: Sendable, Equatable {
        /// There is no such file.
        case notFound
        /// The system refuses to read it; the system's reason.
        case unreadable(String)
        /// The system refuses to write it; the system's reason.
        case unwritable(String)
        /// The file has no bytes.
        case empty
        /// The file is a web page, as a failed download leaves it.
        case webPage
        /// The file is something else than what was asked for, or than anything this module reads.
        case wrongFormat(String)
        /// The file breaks its format's rules; how.
        case damaged(String)
        /// The bytes do not agree with the checksum stored beside them.
        case checksumMismatch
        /// The file is well-formed and holds something that is not read here; what.
        case unsupported(String)
        /// A pickle wants to call a function. It was not called.
        case unsafeCall(module: String, name: String)
        /// A limit that keeps a small file from filling the memory was exceeded.
        case tooLarge(String)
        /// There is no array of this name; the names that there are.
        case noSuchArray(String, available: [String])
        /// There is no state dictionary at this place; the keys that there are.
        case noStateDictionary(String, available: [String])
    }

    /// The file's path.
    public let file: String
    /// The array, archive member or byte offset concerned, where there is one.
    public let part: String?
    /// What is wrong.
    public let problem: Problem

    /// Makes an error.
    public init(file: String, part: String? = nil, problem: Problem) {
        self.file = file
        self.part = part
        self.problem = problem
    }
}

extension TensorFileError: CustomStringConvertible, LocalizedError {
    /// One or two sentences for a person.
    public var description: String {
        let place = part.map { "\(file): \($0)" } ?? file
        return "\(place): \(problem)".printable
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension TensorFileError.Problem: CustomStringConvertible {
    /// What is wrong and what to do, without the place.
    public var description: String {
        switch self {
        case .notFound: "there is no such file"
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .unwritable(let reason): "cannot be written: \(reason)"
        case .empty: "the file is empty. Download or write it again."
        case .webPage: "this is a web page (HTML), not an array file. The download failed; fetch the file again."
        case .wrongFormat(let what): what
        case .damaged(let what): "the file is damaged: \(what). Download or write it again."
        case .checksumMismatch:
            "the file is damaged: its bytes do not match their CRC-32 checksum. Download or write it again."
        case .unsupported(let what): "not supported: \(what)"
        case .unsafeCall(let module, let name):
            "the pickle asks to call \(module).\(name). Nothing was called. Do not trust this file."
        case .tooLarge(let what): "refused: \(what)"
        case .noSuchArray(let name, let available): "no array named “\(name)”; there is \(listing(available))"
        case .noStateDictionary(let path, let available):
            "no state dictionary \(path); there is \(listing(available))"
        }
    }

    private func listing(_ names: [String]) -> String {
        if names.isEmpty { return "nothing" }
        let shown = names.prefix(12).map { "“\($0)”" }.joined(separator: ", ")
        return names.count > 12 ? shown + " and \(names.count - 12) more" : shown
    }
}

extension String {
    /// The text without characters that would drive a terminal: names in a file come from anybody.
    var printable: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }
}

/// Where a parser is: it makes the errors that name the place.
struct FilePlace: Sendable {
    let file: String
    var part: String?

    init(_ url: URL) {
        file = url.path
    }

    init(file: String, part: String? = nil) {
        self.file = file
        self.part = part
    }

    func at(_ part: String) -> FilePlace { FilePlace(file: file, part: part) }

    func error(_ problem: TensorFileError.Problem) -> TensorFileError {
        TensorFileError(file: file, part: part, problem: problem)
    }

    func damaged(_ what: String) -> TensorFileError { error(.damaged(what)) }
    func unsupported(_ what: String) -> TensorFileError { error(.unsupported(what)) }
    func tooLarge(_ what: String) -> TensorFileError { error(.tooLarge(what)) }

    /// Runs `body` and names this place in what has no place of its own.
    func naming<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as ByteStorage.OutOfMemory {
            throw tooLarge(error.description)
        }
    }
}
