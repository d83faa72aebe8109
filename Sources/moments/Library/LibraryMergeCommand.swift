import ArgumentParser
import Foundation
import Training
import VideoLibrary

/// `moments library merge`: makes one library of several.
struct LibraryMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Take over what other libraries hold, such as the parts that several machines indexed.",
        discussion: """
            Three machines, each with a third of the files, and then one library:

              moments index /films --shard 0/3 --library part-0        # and 1/3, 2/3 elsewhere
              moments library merge part-0 part-1 part-2 --library films

            Nothing is encoded again, nothing comes twice, and the parts stay as they are. They must have been encoded by \
            the same weights and options. Ctrl-C or a crash loses no video that was taken over: the same call goes on. \
            Videos are not copied, only where they lie; if that is elsewhere here, `moments index FOLDER` finds them by \
            their content.
            """)

    @Argument(help: "The folders of the libraries to take over.")
    var libraries: [String]

    @OptionGroup var place: LibraryOptions

    @Flag(help: "Print the report as a JSON object.")
    var json = false

    func run() throws {
        try reporting {
            // The parts first: a mistake in their names makes no empty library.
            let others = try libraries.map { try VideoLibrary(at: URL(fileURLWithPath: $0)) }
            let library = try VideoLibrary(at: place.url, creating: true)
            let lines = libraries.map { WorkProgress("merging \($0)", unit: "videos") }
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            let report = try library.merge(others) { index, done, total in
                lines[index].show(done, total)
                return Interruption.pending == nil
            }
            lines.forEach { $0.clear() }
            try show(report, try library.contents())
        }
    }

    private func show(_ report: MergeReport, _ contents: VideoLibrary.Contents) throws {
        for hash in report.damaged { tell("\(hash): its features are missing or damaged; index its files again") }
        if json {
            struct Object: Encodable {
                let merged, known, files: Int
                let damaged: [String]
                let stopped: Bool
                let videos, clips: Int
            }
            print(
                try jsonLine(
                    Object(
                        merged: report.merged, known: report.known, files: report.files, damaged: report.damaged,
                        stopped: report.wasStopped, videos: contents.videos, clips: contents.clips)))
        } else {
            print(
                "\(report.merged) taken over, \(report.known) known by content, \(report.files) new files, "
                    + "\(report.damaged.count) damaged")
            print(contents.summary(of: place.url))
        }
        if report.wasStopped { throw Interrupted("what is taken over is kept, and the same call goes on") }
        if !report.damaged.isEmpty { throw ExitCode(EX_DATAERR) }
    }
}
