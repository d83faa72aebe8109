import Foundation
import WholeFiles

/// The folder of a run, and what lies in it.
public struct RunFolder: Hashable, Sendable {
    /// Where it is.
    public let url: URL

    /// Names a folder; nothing is made.
    public init(_ url: URL) { self.url = url }

    /// The configuration with every default written out.
    public var configuration: URL { url.appendingPathComponent("configuration.yaml") }
    /// The model of the best evaluation.
    public var best: URL { url.appendingPathComponent("best.safetensors") }
    /// Where the run stands, to go on from.
    public var last: URL { url.appendingPathComponent("last.safetensors") }
    /// One JSON object an epoch.
    public var metrics: URL { url.appendingPathComponent("metrics.jsonl") }
    /// One JSON object a step.
    public var steps: URL { url.appendingPathComponent("steps.jsonl") }
    /// The curves of losses and figures.
    public var curves: URL { url.appendingPathComponent("curves.svg") }

    /// Predictions for a split.
    public func predictions(_ split: String) -> URL { url.appendingPathComponent("predictions-\(split).jsonl") }

    /// Whether a run was begun here.
    public var isBegun: Bool {
        [last, best, metrics, steps].contains { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Whether there is a state to go on from.
    public var canResume: Bool { FileManager.default.fileExists(atPath: last.path) }

    /// The checkpoint to use: the best, or the last where there is no best.
    public var checkpoint: URL { FileManager.default.fileExists(atPath: best.path) ? best : last }

    /// A checkpoint's file where `path` names one, the one to use where it names a run.
    public static func checkpoint(at path: String) -> URL {
        let url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            return url
        }
        return RunFolder(url).checkpoint
    }

    /// Makes the folder and writes the configuration into it.
    ///
    /// - Throws: ``RunError`` where it cannot be made.
    func create(_ configuration: TrainingConfiguration) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            let text = "# What this run did, every default written out.\n" + (try configuration.yaml)
            try Data(text.utf8).writeWhole(to: self.configuration)
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }
}
