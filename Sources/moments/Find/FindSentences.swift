import Annotations
import Foundation

/// The sentences that `moments find` is asked, each with the file of its features.
struct FindSentences {
    /// One of them.
    struct Sentence: Decodable {
        var query: String?
        var text: String
    }

    let all: [Sentence]

    /// Sentences and files as they stand on the command line: as many of these as of those, or no sentence at all.
    init(_ sentences: [String], files: [String]) throws {
        guard sentences.isEmpty || sentences.count == files.count else {
            throw UsageError(
                "\(sentences.count) sentences and \(files.count) files of features. Give each sentence its own --text.")
        }
        all = files.enumerated().map { Sentence(query: sentences.isEmpty ? nil : sentences[$0], text: $1) }
    }

    /// A file with one JSON object a line: `{"query": "A dog runs.", "text": "qid7.npz"}`. Paths are relative to it.
    init(contentsOf path: String) throws {
        let url = URL(fileURLWithPath: path)
        let contents: String
        do {
            contents = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw UsageError("\(path) cannot be read: \(error.localizedDescription)")
        }
        var found: [Sentence] = []
        for (index, line) in contents.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            guard var sentence = try? JSONDecoder().decode(Sentence.self, from: Data(line.utf8)) else {
                throw UsageError(
                    "\(path), line \(index + 1): expected an object such as "
                        + #"{"query": "A dog runs.", "text": "qid7.npz"}"#)
            }
            sentence.text = URL(fileURLWithPath: sentence.text, relativeTo: url.deletingLastPathComponent()).path
            found.append(sentence)
        }
        guard !found.isEmpty else { throw UsageError("\(path) holds no sentence.") }
        all = found
    }
}
