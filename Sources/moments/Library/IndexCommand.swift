import ArgumentParser
import Encoders
import Foundation
import Training
import VideoLibrary

/// `moments index`: takes videos up into a library.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Take videos up into a library that can be searched.",
        discussion: """
            Files and folders, with those below them:

              moments index ~/Videos --clip ViT-B-32.pt

            Called again it takes up what is new or changed; a file that was moved is known by its content. Ctrl-C or a \
            crash loses no video that was finished: the same call goes on. A video that cannot be read is reported, and \
            tried again when it has changed; the exit code is 65 then. For models that want SlowFast's features give \
            --encoder clip,slowfast. --shard 0/3, 1/3, 2/3 divide the files among three machines; `moments library merge` \
            makes one library of the parts.

            Above a million clips an index is built, by which searches pass most of them over, and again when much has come \
            or gone; `moments library vector-index` builds it earlier.

            --watch goes on, and takes up videos that come, as soon as they are written to their end; one line tells of \
            each round. Ctrl-C ends it.
            """)

    @Argument(help: "Videos, or folders of them.")
    var paths: [String]

    @OptionGroup var place: LibraryOptions
    @OptionGroup var encoding: LibraryEncoderOptions

    @Option(help: ArgumentHelp("Only the i-th of n parts of the files, from 0.", valueName: "i/n"))
    var shard: String?

    @Flag(help: "Print the report as a JSON object.")
    var json = false

    @Flag(help: "Go on: take up what comes into the folders, until Ctrl-C.")
    var watch = false

    func run() throws {
        try reporting {
            let scan = try scanned()
            let library = try VideoLibrary(at: place.url, creating: true)
            let encoder = try encoding.loaded()
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            if watch {
                try LibraryWatch(
                    library: library, encoder: encoder, folders: FolderWatch(paths), json: json, look: scanned
                ).run()
                return
            }
            let progress = IndexProgress()
            let report = try library.index(scan, with: encoder, observer: progress)
            progress.clear()
            if !report.wasStopped { try VectorIndexing.refresh(library, space: encoder.space) }
            try show(report, try library.contents())
        }
    }

    private func scanned() throws -> VideoScan {
        let scan = try VideoScan(paths)
        return try shard.map { try part(of: scan, $0) } ?? scan
    }

    private func part(of scan: VideoScan, _ text: String) throws -> VideoScan {
        let numbers = text.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0, (0..<numbers[1]).contains(numbers[0]) else {
            throw UsageError("--shard \(text): give i/n with i from 0 to n − 1, such as 0/3")
        }
        return scan.shard(numbers[0], of: numbers[1])
    }

    private func show(_ report: IndexReport, _ contents: VideoLibrary.Contents) throws {
        for (path, reason) in report.failed.sorted(by: { $0.key < $1.key }) { tell("\(path): \(reason)") }
        print(json ? try report.json(contents) : "\(report.summary)\n\(contents.summary(of: place.url))")
        if report.wasStopped { throw Interrupted("what is finished is kept, and the same call goes on") }
        if !report.failed.isEmpty { throw ExitCode(EX_DATAERR) }
    }
}
