import Foundation
import TensorFiles

/// An array that was found, and what errors call the place.
struct FoundArray: Sendable {
    let tensor: StoredTensor
    let file: String
}

/// One file with several named arrays.
struct ArrayFile: Sendable {
    let names: [String]
    private let read: @Sendable (String) throws -> StoredTensor

    /// Opens any known kind of file. Throws `TensorFileError`.
    init(_ url: URL, verifiesChecksums: Bool) throws {
        if url.pathExtension.lowercased() == "npz" {
            let file = try NPZFile(contentsOf: url, verifyChecksums: verifiesChecksums)
            names = file.names
            read = { try file.tensor(named: $0) }
        } else {
            let file = try TensorFile.open(url)
            names = try file.names()
            read = { try file.tensor(named: $0) }
        }
    }

    /// Throws `TensorFileError`.
    func tensor(named name: String) throws -> StoredTensor { try read(name) }

    static let extensions = ["npz", "npy", "safetensors", "h5", "hdf5"]
}

/// A source made ready: its folder was seen, or its file opened.
struct FeatureContainer: Sendable {
    private enum Place: Sendable {
        case folder(URL)
        case file(ArrayFile, names: Set<String>)
        case single(ArrayFile, URL)
    }
    let card: FeatureCard?
    let title: String
    private let place: Place
    private let path: String
    private let patterns: [NamePattern]
    private let array: String?
    private let subject: FeatureError.Subject
    private let verifiesChecksums: Bool

    /// - Throws: ``FeatureSetupError``, or `TensorFileError` for a file.
    init(_ source: FeatureSource, _ subject: FeatureError.Subject, settings: FeatureSettings) throws {
        let url = URL(fileURLWithPath: (source.path as NSString).expandingTildeInPath)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw FeatureSetupError(path: source.path, reason: "there is no such folder or file of features.")
        }
        var texts = source.pattern.map { [$0] } ?? [subject == .video ? "{vid}" : "qid{qid}"]
        if isFolder.boolValue {
            place = .folder(url)
            let known = ArrayFile.extensions.contains { texts[0].lowercased().hasSuffix("." + $0) }
            if !known { texts = ArrayFile.extensions.map { texts[0] + "." + $0 } }
        } else if source.isSingle {
            place = .single(try ArrayFile(url, verifiesChecksums: settings.verifiesChecksums), url)
        } else {
            let file = try ArrayFile(url, verifiesChecksums: settings.verifiesChecksums)
            place = .file(file, names: Set(file.names))
            if source.pattern == nil, subject == .text { texts.append("{qid}") }
        }
        card = try FeatureCard.read(for: url)
        patterns = try texts.map { text in
            guard let pattern = NamePattern(text), text.contains("{") else {
                throw FeatureSetupError(
                    path: source.path,
                    reason: "the pattern “\(text)” needs {vid} or {qid} in it, and knows no other braces.")
            }
            return pattern
        }
        if let length = card?.clipLength, subject == .video, length != settings.clipLength {
            throw FeatureSetupError(
                path: source.path,
                reason:
                    "its clips last \(length) s by the note beside them, the settings say \(settings.clipLength) s."
            )
        }
        path = url.path
        title = source.name ?? card?.name ?? source.title
        array = source.array
        self.subject = subject
        self.verifiesChecksums = settings.verifiesChecksums
    }

    /// The array of a query, and the array of a name beside it where there is one. Throws ``FeatureError``.
    func find(_ key: FeatureKey, beside: String? = nil) throws -> (main: FoundArray, beside: FoundArray?) {
        let names = patterns.map { $0.name(video: key.video, query: key.query) }
        switch place {
        case .single(let file, let url):
            return try key.reading(subject) { try find(key, in: file, url, beside) }
        case .file(let file, let known):
            guard let name = names.first(where: known.contains) else {
                throw key.error(subject, nil, .missing(tried: names.map { "\(path): \($0)" }))
            }
            let found = FoundArray(
                tensor: try key.reading(subject) { try file.tensor(named: name) }, file: "\(path): \(name)")
            return (found, nil)
        case .folder(let folder):
            for name in names {
                let url = folder.appendingPathComponent(name)
                do {
                    return try find(key, in: ArrayFile(url, verifiesChecksums: verifiesChecksums), url, beside)
                } catch let error as TensorFileError {
                    if error.problem == .notFound, error.file == url.path { continue }
                    throw key.error(subject, error.file, .unreadable(error))
                }
            }
            throw key.error(subject, nil, .missing(tried: names.map { folder.appendingPathComponent($0).path }))
        }
    }

    /// The file of a query, which is not opened. Throws ``FeatureError``.
    func origin(_ key: FeatureKey) throws -> FeatureOrigin {
        let names = patterns.map { $0.name(video: key.video, query: key.query) }
        let found: FeatureOrigin?
        let tried: [String]
        switch place {
        case .single(_, let url):
            (found, tried) = (FeatureOrigin(url), [path])
        case .file(_, let known):
            let name = names.first(where: known.contains)
            (found, tried) = (
                name.flatMap { FeatureOrigin(URL(fileURLWithPath: path), array: $0) }, names.map { "\(path): \($0)" }
            )
        case .folder(let folder):
            let urls = names.map { folder.appendingPathComponent($0) }
            (found, tried) = (urls.lazy.compactMap { FeatureOrigin($0) }.first, urls.map(\.path))
        }
        guard let found else { throw key.error(subject, nil, .missing(tried: tried)) }
        return found
    }

    private func find(_ key: FeatureKey, in file: ArrayFile, _ url: URL, _ beside: String?) throws -> (
        main: FoundArray, beside: FoundArray?
    ) {
        let usual = subject == .video ? "features" : "last_hidden_state"
        let others = file.names.filter { $0 != beside }
        let name: String
        if let array, file.names != [""] {
            name = array
        } else if file.names.contains(usual) {
            name = usual
        } else if others.count == 1 {
            name = others[0]
        } else {
            throw key.error(subject, url.path, .noArray(wanted: usual, available: file.names))
        }
        guard file.names.contains(name) else {
            throw key.error(subject, url.path, .noArray(wanted: name, available: file.names))
        }
        let main = FoundArray(tensor: try file.tensor(named: name), file: url.path)
        guard let beside, beside != name, file.names.contains(beside) else { return (main, nil) }
        return (main, FoundArray(tensor: try file.tensor(named: beside), file: "\(url.path): \(beside)"))
    }
}

/// Whose features are looked for.
struct FeatureKey: Sendable {
    let video: String
    let query: String
    let duration: Double

    func error(_ subject: FeatureError.Subject, _ file: String?, _ problem: FeatureError.Problem) -> FeatureError {
        FeatureError(subject: subject, query: query, video: video, file: file, problem: problem)
    }

    func reading<R>(_ subject: FeatureError.Subject, _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as TensorFileError {
            throw self.error(subject, error.file, .unreadable(error))
        }
    }
}
