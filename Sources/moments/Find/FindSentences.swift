import Annotations
import Foundation

/// The sentences that `moments find` is asked.
struct FindSentences {
    /// One of them.
    struct Sentence: Decodable {
        var query: String?
        /// The file of its features; nil for a sentence that CLIP is to encode.
        var text: String?
    }

    let all: [Sentence]

    /// Sentences to be encoded.
    init(_ sentences: [String]) { all = sentences.map { Sentence(query: $0, text: nil) } }

    /// Sentences and files as they stand on the command line: as many of these as of those, or no sentence at all.
    init(_ sentences: [String], files: [String]) throws {
        guard sentences.isEmpty || sentences.count == files.count else {
            throw UsageError(
                "\(sentences.count) sentences and \(files.count) files of features. Give each sentence its own --text.")
        }
        all = files.enumerated().map { Sentence(query: sentences.isEmpty ? nil : sentences[$0], text: $1) }
    }

    /// A file with one JSON object a line, or, for a video, with a sentence a line.
    ///
    ///     {"query": "A dog runs.", "text": "qid7.npz"}
    ///
    /// Paths are relative to the file.
    ///
    /// - Parameter needsFeatures: Whether every sentence needs a `text`; otherwise every one needs words.
    init(contentsOf path: String, needsFeatures: Bool) throws {
        let url = URL(fileURLWithPath: path)
        let contents: String
        do {
            contents = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw UsageError("\(path) cannot be read: \(error.localizedDescription)")
        }
        var found: [Sentence] = []
        for (index, line) in contents.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty else { continue }
            guard var sentence = Self.sentence(line, needsFeatures) else {
                let example =
                    needsFeatures ? #"{"query": "A dog runs.", "text": "qid7.npz"}"# : #"{"query": "A dog runs."}"#
                throw UsageError("\(path), line \(index + 1): expected an object such as \(example)")
            }
            sentence.text = sentence.text.map {
                URL(fileURLWithPath: $0, relativeTo: url.deletingLastPathComponent()).path
            }
            found.append(sentence)
        }
        guard !found.isEmpty else { throw UsageError("\(path) holds no sentence.") }
        all = found
    }

    /// A line's sentence; nil where it lacks what it needs.
    private static func sentence(_ line: String, _ needsFeatures: Bool) -> Sentence? {
        guard line.hasPrefix("{") || needsFeatures else { return Sentence(query: line, text: nil) }
        guard let sentence = try? JSONDecoder().decode(Sentence.self, from: Data(line.utf8)) else { return nil }
        let words = sentence.query?.trimmingCharacters(in: .whitespaces) ?? ""
        return (needsFeatures ? sentence.text != nil : !words.isEmpty) ? sentence : nil
    }
}
