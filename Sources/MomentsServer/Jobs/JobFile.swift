import Foundation

/// Where jobs outlive the server: a file beside the library's database, written beside its place and renamed.
struct JobFile: Sendable {
    let url: URL

    private struct Content: Codable {
        var version = 1
        var jobs: [Job]
    }

    /// A job that ran when this many servers broke down is not tried again: it may be what broke them.
    private static let mostCrashes = 2

    /// The jobs that a server before this one left, in their order; those that ran wait again.
    ///
    /// - Throws: ``ServerError`` where there is a file that is none of ours.
    func read() throws(ServerError) -> [Job] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
            return content.jobs.map { job in
                guard job.state == .running else { return job }
                var job = job
                (job.state, job.started, job.seconds, job.askable) = (.queued, nil, 0, 0)
                // A server that is told to stop puts it back itself.
                job.crashes = (job.crashes ?? 0) + 1
                if let crashes = job.crashes, crashes >= Self.mostCrashes {
                    (job.state, job.finished) = (.failed, Date())
                    job.trouble = .init(
                        code: "crashed", message: "The server broke down \(crashes) times while it read this file.")
                }
                return job
            }
        } catch {
            throw .unusable(
                path: url.path, reason: "the list of jobs cannot be read; remove it, and upload again what waited")
        }
    }

    func write(_ jobs: [Job]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(Content(jobs: jobs)).write(to: url, options: .atomic)
    }
}
