import Foundation
import TensorFiles

/// Why a checkpoint could not be used.
public struct CheckpointError: Error, Sendable {
    /// What is wrong with it.
    public enum Problem: Sendable {
        /// There is no such file.
        case notFound
        /// It is no whole safetensors file.
        case unreadable(TensorFileError)
        /// A good file, but without what Moments writes into its checkpoints.
        case notOurs(missing: [String])
        /// An entry of the metadata is not what this version writes.
        case unreadableEntry(String, version: String, String)
        /// The arrays are not those of the model.
        case wrongArrays(missing: [String], unexpected: [String], misshapen: [String])
        /// It holds a model but not what is needed to go on training.
        case notResumable
        /// The disk is full, or the folder may not be written.
        case unwritable(String)
        /// The model cannot be made from the configuration.
        case impossibleModel(String)
    }

    /// The file.
    public let file: String
    /// What is wrong with it.
    public let problem: Problem

    init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }
}

extension CheckpointError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch problem {
        case .notFound: "\(file): there is no such checkpoint."
        case .unreadable(let error):
            "\(file) is damaged or no checkpoint: \(error). Take another checkpoint of the run."
        case .notOurs(let missing):
            "\(file) is a safetensors file, but no checkpoint of Moments: its metadata lacks "
                + "\(missing.joined(separator: ", "))."
        case .unreadableEntry(let key, let version, let reason):
            "\(file) was written by Moments \(version), and this is \(MomentsVersion.current), which does not "
                + "understand its \(key): \(reason)"
        case .wrongArrays(let missing, let unexpected, let misshapen):
            "\(file) does not hold this model's arrays."
                + Self.list("missing", missing) + Self.list("unexpected", unexpected)
                + Self.list("of another shape", misshapen)
        case .notResumable:
            "\(file) holds a model only, not the optimiser's memory: resume from last.safetensors."
        case .unwritable(let reason): "\(file) cannot be written: \(reason)"
        case .impossibleModel(let reason): "\(file): its model cannot be made: \(reason)"
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    private static func list(_ title: String, _ names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        let shown = names.prefix(8).joined(separator: ", ")
        return "\n  \(title): \(shown)" + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}
