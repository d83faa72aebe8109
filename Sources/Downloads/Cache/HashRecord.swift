import Foundation
import WholeFiles

/// The hash of a file that nobody published one of, as the user gave it or as it was seen first: `NAME.sha256`, beside the file.
///
/// It has the form of the command `sha256sum`, which can check it.
struct HashRecord {
    let url: URL

    init(for file: CatalogueFile, in folder: URL) { url = folder.appendingPathComponent(file.name + ".sha256") }

    /// What was recorded; nil for nothing that makes sense.
    var hash: String? {
        guard let text = try? String(contentsOf: url, encoding: .utf8),
            let word = text.split(whereSeparator: \.isWhitespace).first
        else { return nil }
        return try? HashPolicy.digits(String(word))
    }

    func write(_ hash: String, name: String) throws(DownloadError) {
        do {
            try Data("\(hash)  \(name)\n".utf8).writeWhole(to: url)
        } catch {
            throw .unwritable(path: url.path, reason: error.localizedDescription)
        }
    }
}

/// What proves that a file is the right one.
public enum HashPolicy: Hashable, Sendable {
    /// The published hash, or one that was recorded earlier; a file without either is refused.
    case published
    /// A hash that the user knows.
    case given(String)
    /// What comes first is accepted and recorded, unless a hash is published or recorded.
    case trustFirst

    /// The hash of a text that the user typed.
    ///
    /// - Throws: ``DownloadError/noHash(_:)``.
    public static func digits(_ text: String) throws(DownloadError) -> String {
        let digits = text.lowercased()
        guard digits.utf8.count == 64, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { throw .noHash(text) }
        return digits
    }

    /// The hash that a file must have; nil where whatever comes is accepted.
    func expected(of file: CatalogueFile, in folder: URL) throws(DownloadError) -> String? {
        switch self {
        case .published:
            guard let hash = file.sha256 ?? HashRecord(for: file, in: folder).hash else {
                throw .unpinned(file: file.name)
            }
            return hash
        case .given(let text):
            let given = try Self.digits(text)
            if let published = file.sha256, published != given {
                throw .contradicted(file: file.name, published: published, given: given)
            }
            return given
        case .trustFirst: return file.sha256 ?? HashRecord(for: file, in: folder).hash
        }
    }
}
