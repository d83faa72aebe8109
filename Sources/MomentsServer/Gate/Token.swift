import Foundation
import HTTPTypes
import Hashing
import Synchronization

/// The token that clients must know, and the sessions of browsers that have shown it.
final class TokenKeeper: Sendable {
    /// How long a browser is known.
    static let lifetime: TimeInterval = 7 * 86_400
    private static let mostSessions = 1000
    private static let triesPerMinute = 10

    private struct State {
        /// When each session ends, by the hash of its name: a dump of them opens nothing.
        var sessions: [String: Date] = [:]
        var failures: [Date] = []
    }

    private let digest: String
    private let state = Mutex(State())

    init(_ token: String) { digest = ContentHash.sha256(of: token) }

    /// Whether this is the token. The time that this takes says nothing about how much of it is right.
    func accepts(_ token: String) -> Bool {
        let given = ContentHash.sha256(of: token)
        return zip(given.utf8, digest.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A new session for whoever knows the token; nil where this is not it.
    ///
    /// - Throws: ``Failure`` where there were too many wrong ones of late.
    func session(for token: String) throws(Failure) -> String? {
        let now = Date()
        let isLocked = state.withLock { state in
            state.failures.removeAll { $0 < now.addingTimeInterval(-60) }
            return state.failures.count >= Self.triesPerMinute
        }
        if isLocked {
            var failure = Failure(.tooManyRequests, "too_many_tries", "Too many wrong tokens; wait a minute.")
            failure.headers[.retryAfter] = "60"
            throw failure
        }
        guard accepts(token) else {
            state.withLock { $0.failures.append(now) }
            return nil
        }
        var generator = SystemRandomNumberGenerator()
        let name = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
        state.withLock { state in
            state.sessions = state.sessions.filter { $0.value > now }
            if state.sessions.count >= Self.mostSessions, let oldest = state.sessions.min(by: { $0.value < $1.value }) {
                state.sessions[oldest.key] = nil
            }
            state.sessions[ContentHash.sha256(of: name)] = now.addingTimeInterval(Self.lifetime)
        }
        return name
    }

    /// Whether a session of this name goes on.
    func knows(session name: String) -> Bool {
        guard (1...100).contains(name.utf8.count) else { return false }
        let key = ContentHash.sha256(of: name)
        return state.withLock { ($0.sessions[key] ?? .distantPast) > Date() }
    }
}
