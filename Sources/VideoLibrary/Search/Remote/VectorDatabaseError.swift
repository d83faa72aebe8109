import Foundation

/// Why a vector database does not do what it was asked for.
public enum VectorDatabaseError: Error, Hashable, Sendable {
    /// This cannot be the address of one.
    case badAddress(String, reason: String)
    /// No connection came about.
    case unreachable(address: String, reason: String)
    /// There was no answer in time.
    case tooSlow(address: String, seconds: Double)
    /// The connection ended before the answer did.
    case brokenOff(address: String)
    /// It is busy or out of order, and says so.
    case busy(address: String, status: Int, message: String)
    /// It wants another token, or one at all.
    case denied(address: String, status: Int)
    /// It refuses what it was asked for.
    case refused(address: String, status: Int, message: String)
    /// What answers is not the database, or a version of it that is not known here.
    case wrongVersion(address: String, found: String)
    /// The answer is none that the database gives.
    case nonsense(address: String, what: String)
    /// The collection that clips were uploaded to is there no longer.
    case collectionGone(address: String)
    /// The collection holds vectors of another width.
    case wrongWidth(address: String, found: Int, expected: Int)
}

extension VectorDatabaseError {
    /// Whether the same may succeed a little later.
    public var isTemporary: Bool {
        switch self {
        case .tooSlow, .brokenOff, .busy: true
        default: false
        }
    }

    /// As sysexits.h has them.
    public var exitCode: Int32 {
        switch self {
        case .badAddress: EX_USAGE
        case .unreachable, .refused: EX_UNAVAILABLE
        case .tooSlow, .brokenOff, .busy: EX_TEMPFAIL
        case .denied: EX_NOPERM
        case .wrongVersion, .nonsense: EX_PROTOCOL
        case .collectionGone: EX_NOINPUT
        case .wrongWidth: EX_DATAERR
        }
    }
}

extension VectorDatabaseError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .badAddress(let address, let reason):
            "\(address): \(reason); an address is http://HOST:PORT or https://HOST."
        case .unreachable(let address, let reason):
            "The vector database at \(address) cannot be reached: \(reason). Start it, or search with --candidates exact."
        case .tooSlow(let address, let seconds):
            "The vector database at \(address) did not answer within \(Int(seconds.rounded(.up))) s. Try later; what is "
                + "uploaded is kept."
        case .brokenOff(let address):
            "The vector database at \(address) ended the connection in the middle. Try again; what is uploaded is kept."
        case .busy(let address, let status, let message):
            "The vector database at \(address) is busy or out of order (\(status)\(Self.said(message))). Try later; what is "
                + "uploaded is kept."
        case .denied(let address, let status):
            "The vector database at \(address) wants a token, or another one (\(status)); $MOMENTS_VECTORS_TOKEN gives it."
        case .refused(let address, let status, let message):
            "The vector database at \(address) refuses what it was asked for (\(status)\(Self.said(message)))."
        case .wrongVersion(let address, let found):
            "What answers at \(address) is \(found); Chroma 1.1 or later is needed."
        case .nonsense(let address, let what):
            "The answer of \(address) makes no sense: \(what). Is it a vector database?"
        case .collectionGone(let address):
            "The clips that were uploaded to \(address) are there no longer; `moments library vector-upload` uploads them again."
        case .wrongWidth(let address, let found, let expected):
            "The collection of these encoders at \(address) has vectors of \(found) numbers in place of \(expected); remove it "
                + "there, or name another --vectors-database."
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    private static func said(_ message: String) -> String { message.isEmpty ? "" : ": \(message)" }
}
