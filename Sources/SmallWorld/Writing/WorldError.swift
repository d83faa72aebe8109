import Foundation

/// Why a world cannot be written.
public enum WorldError: Error, Hashable, Sendable {
    /// The folder holds the world of another seed.
    case otherSeed(folder: String, found: UInt64, wanted: UInt64)
    /// The folder holds what another version of this package drew.
    case otherEdition(folder: String)
    /// Another process writes there.
    case busy(folder: String)
    /// The folder or a file in it cannot be written.
    case unwritable(folder: String, reason: String)
    /// It was asked to stop.
    case interrupted(folder: String, done: Int, total: Int)
}

extension WorldError: CustomStringConvertible, LocalizedError {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .otherSeed(let folder, let found, let wanted):
            "\(folder) holds the world of seed \(found), and not of \(wanted); name another folder, or give --seed \(found)"
        case .otherEdition(let folder):
            "\(folder) holds a world that another version of this package drew, and its videos would not fit today's "
                + "sentences; name another folder, or remove this one"
        case .busy(let folder): "another process is writing a world to \(folder); wait for it, or name another folder"
        case .unwritable(let folder, let reason): "\(folder) cannot be written: \(reason)"
        case .interrupted(let folder, let done, let total):
            "stopped with \(done) of \(total) videos in \(folder); the same command goes on with the others"
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
