import Foundation

/// Where a server listens, who may ask it, and how much it takes on.
public struct ServerSettings: Sendable {
    /// The address to listen at.
    public var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    public var port = 8080
    /// The version that clients are told.
    public var version = ""
    /// What clients must know; nil for a server that only this machine reaches.
    public var token: String?
    /// Bytes of an uploaded video at most.
    public var uploadLimit: Int64 = 8 << 30
    /// Bytes of a request in JSON at most.
    public var bodyLimit = 64 << 10
    /// Questions that wait at most.
    public var waitingQuestions = 64
    /// Jobs that wait at most.
    public var waitingJobs = 100
    /// Clips and thumbnails that wait at most.
    public var waitingPictures = 64
    /// Connections at most; others wait to be accepted.
    public var connections = 512
    /// How long a question may take, with the wait.
    public var questionTime: Duration = .seconds(60)
    /// How long the body of a request in JSON may take to come.
    public var bodyTime: Duration = .seconds(15)
    /// How long an upload may take.
    public var uploadTime: Duration = .seconds(3600)
    /// How long a connection stays open on which nothing comes.
    public var idleTime: Duration = .seconds(60)
    /// How long requests that run have to end when the server stops.
    public var stopTime: Duration = .seconds(20)
    /// Seconds of a clip at most.
    public var clipLimit = 600.0
    /// How long a clip may take to be cut, without the wait.
    public var clipTime: Duration = .seconds(120)
    /// Bytes of clips that are kept for the next request.
    public var clipCache = 1 << 30
    /// Where they are kept: in a folder of their own, which goes with the server.
    public var temporaryFolder = FileManager.default.temporaryDirectory
    /// Finished jobs that are remembered.
    public var finishedJobs = 200

    /// A server for this machine alone.
    public init() {}

    /// Whether only this machine reaches the address.
    public var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// A token shorter than this could be guessed.
    public static let shortestToken = 16

    /// Throws where nobody should listen like this.
    func check() throws(ServerError) {
        if token == nil, !isLoopback { throw .needsToken(host: host) }
        if let token {
            guard token.count >= Self.shortestToken, token.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else {
                throw .weakToken
            }
        }
    }
}
