import Foundation

/// Why encoders cannot be trained, or not on.
public enum EncoderTrainingError: Error, Sendable {
    /// The folder holds a run, and it was not asked to go on.
    case exists(folder: String)
    /// There is nothing to go on from.
    case nothingToResume(folder: String)
    /// The run was begun with another configuration.
    case changed(folder: String, encoder: String)
    /// A saved state cannot be used.
    case damaged(file: String, reason: String)
    /// A file cannot be written.
    case unwritable(folder: String, reason: String)
    /// The loss is not a number.
    case notFinite(encoder: String, step: Int)
    /// The user stopped it; the state is saved.
    case interrupted(signal: Int32, folder: String)
}

extension EncoderTrainingError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .exists(let folder):
            "\(folder) holds a run already. Go on with it by --resume, name another folder "
                + "(--set output.directory=…), or delete it."
        case .nothingToResume(let folder): "\(folder) holds no run to go on with; begin without --resume."
        case .changed(let folder, let encoder):
            "\(folder): \(encoder) was begun with another configuration (see configuration.json there). Undo the changes, "
                + "or begin a new run in another folder (--set output.directory=…)."
        case .damaged(let file, let reason): "\(file) cannot be gone on from: \(reason)"
        case .unwritable(let folder, let reason): "\(folder) cannot be written: \(reason)"
        case .notFinite(let encoder, let step):
            "\(encoder), step \(step): the loss is not finite. Nothing was saved over the last good state. Lower "
                + "\(encoder).learning.learningRate."
        case .interrupted(_, let folder):
            "Stopped. The state is saved in \(folder); go on with the same command and --resume."
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
