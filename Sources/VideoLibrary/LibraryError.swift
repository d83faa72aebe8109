import Foundation
import GRDB

/// What is wrong with a library, or with what it was asked.
public enum LibraryError: Error, Sendable, Equatable {
    /// There is no library in this folder.
    case missing(folder: String)
    /// The folder holds other files and no library.
    case notALibrary(folder: String)
    /// The folder or a file in it cannot be written or read.
    case unusable(folder: String, reason: String)
    /// It was made by a newer version of Moments.
    case newer(folder: String)
    /// Another process is indexing into it.
    case busy(folder: String)
    /// A path that was to be indexed does not exist.
    case noSuchPath(String)
    /// Nothing in the library was encoded as it is asked now.
    case otherEncoders(asked: String, known: [String])
    /// A library that is to be merged was encoded otherwise.
    case otherSpaces(folder: String, spaces: [String], expected: [String])
    /// An index over so few clips is not worth it.
    case tooFewClips(Int, needed: Int)
    /// A library that is to be merged into itself.
    case sameLibrary(folder: String)
}

extension LibraryError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .missing(let folder):
            "\(folder) holds no library; `moments index PATH… --library \(folder)` makes one."
        case .notALibrary(let folder):
            "\(folder) is no library and not empty; name another folder, so that nothing in it is touched."
        case .unusable(let folder, let reason): "\(folder): \(reason)"
        case .newer(let folder):
            "\(folder) was made by a newer version of Moments; use that version, or index into another folder."
        case .busy(let folder):
            "Another process is indexing into \(folder); wait for it, or name another folder."
        case .noSuchPath(let path): "\(path): there is no such file or folder"
        case .otherEncoders(let asked, let known):
            "Nothing in the library was encoded by \(asked). Known are: \(known.joined(separator: "; ")). "
                + "Index again with these weights, or search with those that it was made with."
        case .otherSpaces(let folder, let spaces, let expected):
            "\(folder) was encoded by \(spaces.joined(separator: "; ")), and the others by "
                + "\(expected.joined(separator: "; ")): what they hold cannot be compared, and nothing was merged. "
                + "Index with the same weights, --encoder, --clip-length, --precision and --frames, or merge into "
                + "another folder."
        case .tooFewClips(let clips, let needed):
            "There are \(clips) clips, and an index needs \(needed); so few are compared one by one in no time."
        case .sameLibrary(let folder): "\(folder) is the library that is merged into; name another one."
        }
    }

    /// Whether an error is the database's own, in the middle of the work: of a disk that is full, or cannot be read.
    public static func isOfDatabase(_ error: any Error) -> Bool { error is DatabaseError }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
