import Batches
import Foundation

/// Why a run could not begin, go on or end.
public enum RunError: Error, Sendable {
    /// The folder holds a run, and it was not asked to go on.
    case exists(folder: String)
    /// Another training is at work in the folder.
    case busy(folder: String)
    /// There is nothing to go on from.
    case nothingToResume(folder: String)
    /// The configuration is not the one that the run was begun with.
    case changed([ConfigurationChange])
    /// A folder or file cannot be written.
    case unwritable(folder: String, String)
    /// A file that should be a comparison's record of a run is not.
    case unreadableRecord(file: String, String)
    /// The data has no query to learn from.
    case noQueries(path: String)
    /// Queries to learn from have no moments.
    case noTargets(path: String)
    /// The figure that was to choose the best checkpoint does not exist.
    case unknownMetric(String, known: [String])
    /// A loss or its gradient is not a number.
    case notFinite(NotFiniteLoss)
    /// The model asks for other features.
    case wrongFeatures(String)
    /// A process that is to train with others was told something else than rank 0.
    case ranksDiffer(rank: Int, [String])
    /// The user stopped it; the state is saved.
    case interrupted(signal: Int32, folder: String)
    /// The user stopped what comes before or after training; what is done, and how to go on.
    case stopped(signal: Int32, String)
}

/// A step whose loss is not finite, and what was in its batch.
public struct NotFiniteLoss: Sendable {
    /// What was not finite: `loss`, a part's name, or `gradient`.
    public var what: [String]
    /// The epoch, from 1.
    public var epoch: Int
    /// The step that was not taken, from 1.
    public var step: Int
    /// The batch's queries.
    public var queries: [Query]
}

extension RunError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .exists(let folder):
            "\(folder) holds a run already. Go on with it by --resume, name another folder "
                + "(--set output.directory=…), or delete it."
        case .busy(let folder):
            "Another training is writing into \(folder) just now. Wait for it, stop it, or name another folder "
                + "(--set output.directory=…)."
        case .nothingToResume(let folder): "\(folder) holds no last.safetensors to go on from; begin without --resume."
        case .changed(let changes):
            "The run was begun with another configuration, so it could not go on as the same run:\n"
                + changes.map { "  \($0)" }.joined(separator: "\n")
                + "\nUndo the changes, or begin a new run in another folder (--set output.directory=…)."
        case .unwritable(let folder, let reason): "\(folder) cannot be written: \(reason)"
        case .unreadableRecord(let file, let reason):
            "\(file) is no record of a run: \(reason). Delete it, and the run is made again."
        case .noQueries(let path): "\(path) has no query to learn from."
        case .noTargets(let path): "\(path): queries to learn from need windows or clip ids."
        case .unknownMetric(let name, let known):
            "evaluation.metric: there is no figure “\(name)”. The evaluation gives \(known.joined(separator: ", "))."
        case .notFinite(let loss): loss.description
        case .wrongFeatures(let reason): reason
        case .ranksDiffer(let rank, let differences):
            "Rank \(rank) was started with something else than rank 0, so they cannot train together:\n"
                + differences.map { "  \($0)" }.joined(separator: "\n")
                + "\nStart all processes with the same configuration, settings and data."
        case .interrupted(_, let folder):
            "Stopped. The state is saved in \(folder). The same command goes on; `moments train` needs --resume for it."
        case .stopped(_, let state): "Stopped: \(state)."
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension RunError {
    /// Whether every process of a run that several train together meets this error at the same point.
    public var meetsAllRanks: Bool {
        switch self {
        case .unknownMetric, .notFinite, .ranksDiffer, .interrupted: true
        default: false
        }
    }
}

extension NotFiniteLoss: CustomStringConvertible {
    /// What happened when, and to which queries.
    public var description: String {
        let rows = queries.map { "  qid \($0.id), video \($0.video): \($0.text)" }
        return "Epoch \(epoch), step \(step): \(what.joined(separator: ", ")) not finite. The step was not taken and "
            + "nothing was saved over the last good checkpoint. The batch's queries:\n" + rows.joined(separator: "\n")
            + "\nLook at their features, or lower optimisation.learningRate."
    }
}
