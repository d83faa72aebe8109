import Annotations
import Foundation

/// A file that is there while a test runs.
final class TemporaryFile {
    let url: URL

    init(_ bytes: some Sequence<UInt8>, name: String = "file.jsonl") throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        url = folder.appendingPathComponent(name)
        try Data(bytes).write(to: url)
    }

    convenience init(_ text: String, name: String = "file.jsonl") throws {
        try self.init(text.utf8, name: name)
    }

    deinit {
        try? FileManager.default.removeItem(at: url.deletingLastPathComponent())
    }

    /// Reads the file as annotations.
    func annotations(_ options: AnnotationOptions = AnnotationOptions()) throws -> AnnotationSet {
        try withExtendedLifetime(self) { try AnnotationSet(contentsOf: url, options: options) }
    }

    /// Reads the file as predictions.
    func predictions(policy: ProblemPolicy = .strict) throws -> PredictionSet {
        try withExtendedLifetime(self) { try PredictionSet(contentsOf: url, policy: policy) }
    }
}
