import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// What an error of the HTTP library means: whether nobody was there, nobody answered, or an answer broke off.
public enum ConnectionFailure: Error, Hashable, Sendable {
    /// No connection came about, and why.
    case unreachable(String)
    /// No connection came about in time.
    case noConnection
    /// There was a connection, and nothing came for too long.
    case silent
    /// This is no address of the web.
    case noAddress
    /// The connection ended in the middle.
    case brokenOff

    /// Names an error.
    public init(_ error: any Error) {
        switch error {
        case let error as HTTPClientError: self.init(error)
        case let error as NIOConnectionError: self = .unreachable(Self.reason(error))
        case let error as IOError where Self.isNoConnection(error.errnoCode):
            self = .unreachable(String(cString: strerror(error.errnoCode)))
        case is HTTPParserError, is ChannelError, is IOError: self = .brokenOff
        default: self = .unreachable("\(error)")
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .readTimeout, .deadlineExceeded: self = .silent
        case .connectTimeout, .tlsHandshakeTimeout: self = .noConnection
        case .invalidURL, .emptyHost: self = .noAddress
        default: self = .brokenOff
        }
    }

    /// Whether nothing was there to break off. A host that is named by its number fails so; one with a name fails as a
    /// `NIOConnectionError`.
    private static func isNoConnection(_ code: CInt) -> Bool {
        [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL].contains(code)
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        guard let first = error.connectionErrors.first?.error else { return "its name is not known" }
        return (first as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(first)"
    }
}
