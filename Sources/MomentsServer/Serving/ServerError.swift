import Foundation

/// Why a server does not start.
public enum ServerError: Error, Hashable, Sendable {
    /// Others could reach it, and anybody could ask.
    case needsToken(host: String)
    /// The token is too short, or holds what no header can carry.
    case weakToken
    /// The files of the page and the interface do not lie beside the program.
    case missingResources(folder: String)
    /// The address cannot be had.
    case cannotListen(host: String, port: Int, reason: String)
    /// A file or folder of the server's own cannot be used.
    case unusable(path: String, reason: String)
}

extension ServerError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .needsToken(let host):
            "At \(host) others can reach the server; give a token that they must know, by --token-file FILE or "
                + "$MOMENTS_TOKEN, or listen at 127.0.0.1."
        case .weakToken:
            "The token must have \(ServerSettings.shortestToken) characters or more, of ASCII and without spaces; "
                + "`openssl rand -hex 32` makes one."
        case .missingResources(let folder):
            "\(folder) is missing: it comes with the build and belongs beside the program; copy it along."
        case .cannotListen(let host, let port, let reason):
            "Nobody can listen at \(host), port \(port): \(reason); stop the other program, or choose another --port."
        case .unusable(let path, let reason): "\(path): \(reason)"
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
