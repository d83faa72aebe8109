import ArgumentParser
import Foundation
import Training
import VideoLibrary

/// `moments library vector-upload`: brings a library's vectors into a vector database.
struct VectorUploadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vector-upload",
        abstract: "Bring a library's clips into a vector database on other machines, which then finds near clips.",
        discussion: """
              moments library vector-upload --vectors http://host:8000
              moments search "A man opens a door." --vectors http://host:8000

            Only what is not there yet is sent, and videos that were forgotten are removed there. Ctrl-C or a crash loses \
            nothing: the same call goes on. Several libraries may share a database. Clips that come later are compared one \
            by one, until they are uploaded as well. --again looks for every clip there and sends those that are missing. \
            A token is given by $MOMENTS_VECTORS_TOKEN.
            """)

    @OptionGroup var place: LibraryOptions
    @OptionGroup var vectors: VectorDatabaseOptions

    @Flag(help: "Look for every clip there, also for those of earlier calls.")
    var again = false

    @Flag(help: "Print one JSON object a kind of encoders.")
    var json = false

    func run() throws {
        try reporting {
            guard let database = try vectors.database() else {
                throw UsageError("Name the vector database by --vectors ADDRESS or $MOMENTS_VECTORS.")
            }
            let library = try VideoLibrary(at: place.url, vectors: database)
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            for space in try library.spaces() {
                let report = try upload(space, of: library)
                print(try json ? jsonLine(Object(space: space, report)) : report.summary)
            }
        }
    }

    private func upload(_ space: String, of library: VideoLibrary) throws -> VectorUploadReport {
        let line = WorkProgress("uploading", unit: "clips")
        defer { line.clear() }
        do {
            return try library.uploadVectors(space: space, again: again) { done, all in
                line.show(done, all)
                return Interruption.pending == nil
            }
        } catch is CancellationError {
            throw Interrupted("what is uploaded is kept, and the same call goes on")
        }
    }

    /// What was done, for programs.
    private struct Object: Encodable {
        let space: String
        let sent, known, removed: Int

        init(space: String, _ report: VectorUploadReport) {
            self.space = space
            (sent, known, removed) = (report.sent, report.known, report.removed)
        }
    }
}

extension VectorUploadReport {
    /// A line for people.
    fileprivate var summary: String {
        "\(sent) clips sent, \(known) were there, \(removed) forgotten videos removed"
    }
}

extension VectorUploadInfo {
    /// A line for people.
    var summary: String { "vector database: \(clips) clips at \(address), \(later) later ones" }
}

/// How far an upload came, for programs.
struct VectorUploadObject: Encodable {
    let space, address: String
    let clips, later: Int

    init(_ upload: VectorUploadInfo) {
        (space, address) = (upload.space, upload.address)
        (clips, later) = (upload.clips, upload.later)
    }
}
