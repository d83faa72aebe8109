import Foundation
import VideoLibrary
import WholeFiles

/// Where jobs outlive the server: a file beside the library's database, written beside its place and renamed.
struct JobFile: Sendable {
    private let url, uploads: URL

    private struct Content: Codable {
        var version = 1
        var jobs: [Job]
    }

    /// A job that ran when this many servers broke down is not tried again: it may be what broke them.
    private static let mostCrashes = 2

    init(_ library: VideoLibrary) {
        url = library.url.appendingPathComponent("jobs.json")
        uploads = library.uploads
    }

    /// The jobs that a server before this one left, in their order; those that ran wait again.
    ///
    /// - Throws: ``ServerError`` where there is a file that is none of ours.
    func read() throws(ServerError) -> [Job] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
            return content.jobs.map { job in
                var job = job
                // A folder goes with its job, and the list may have come from elsewhere.
                if let folder = job.folder, !isUpload(folder) { job.folder = nil }
                guard job.state == .running else { return job }
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

    /// Whether a folder is one of an upload.
    private func isUpload(_ folder: String) -> Bool {
        let place = URL(fileURLWithPath: folder)
        return UUID(uuidString: place.lastPathComponent) != nil
            && place.deletingLastPathComponent().resolvingSymlinksInPath().path
                == uploads.resolvingSymlinksInPath().path
    }

    func write(_ jobs: [Job]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(Content(jobs: jobs)).writeWhole(to: url)
    }
}
