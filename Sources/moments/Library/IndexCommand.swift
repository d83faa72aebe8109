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
            --encoder clip,slowfast. --shard 0/3, 1/3, 2/3 divide the files among three machines.
            """)

    @Argument(help: "Videos, or folders of them.")
    var paths: [String]

    @OptionGroup var place: LibraryOptions
    @OptionGroup var encoding: LibraryEncoderOptions

    @Option(help: ArgumentHelp("Only the i-th of n parts of the files, from 0.", valueName: "i/n"))
    var shard: String?

    @Flag(help: "Print the report as a JSON object.")
    var json = false

    func run() throws {
        try reporting {
            var scan = try VideoScan(paths)
            if let shard { scan = try part(of: scan, shard) }
            let library = try VideoLibrary(at: place.url, creating: true)
            let encoder = try encoding.loaded()
            let progress = IndexProgress()
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            let report = try library.index(scan, with: encoder, observer: progress)
            progress.clear()
            try show(report, try library.contents())
        }
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
        if json {
            struct Object: Encodable {
                let encoded, unchanged, known: Int
                let failed: [String: String]
                let gone: [String]
                let stopped: Bool
                let videos, clips: Int
                let seconds: Double
            }
            let object = Object(
                encoded: report.encoded, unchanged: report.unchanged, known: report.known, failed: report.failed,
                gone: report.gone, stopped: report.wasStopped, videos: contents.videos, clips: contents.clips,
                seconds: contents.seconds)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(object), as: UTF8.self))
        } else {
            print(
                "\(report.encoded) encoded, \(report.unchanged) unchanged, \(report.known) known by content, "
                    + "\(report.gone.count) gone, \(report.failed.count) unreadable")
            print(
                "\(place.url.path): \(contents.videos) videos, \(FoundMoments.clock(contents.seconds)), \(contents.clips) clips"
            )
        }
        if report.wasStopped { throw Interrupted("what is finished is kept, and the same call goes on") }
        if !report.failed.isEmpty { throw ExitCode(EX_DATAERR) }
    }
}

/// Says on a terminal how far indexing is, and how long the rest may take.
final class IndexProgress: IndexObserver {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    private var name = ""
    private var place = (index: 0, count: 0)
    private var lastDrawn: ContinuousClock.Instant?

    func began(_ path: String, index: Int, of count: Int) {
        name = URL(fileURLWithPath: path).lastPathComponent
        place = (index, count)
    }

    func encoded(_ seconds: Double, of total: Double?) -> Bool {
        let now = ContinuousClock.now
        if isTerminal, lastDrawn.map({ $0.duration(to: now) >= .milliseconds(200) }) ?? true {
            lastDrawn = now
            let share = total.map { $0 > 0 ? min(1, seconds / $0) : 0 } ?? 0
            let done = (Double(place.index) + share) / Double(max(1, place.count))
            let passed = started.duration(to: now) / .seconds(1)
            let left = done > 0.01 ? ", \(FoundMoments.clock(passed * (1 - done) / done)) left" : ""
            let part = total.map { " of \(FoundMoments.clock($0))" } ?? ""
            FileHandle.standardError.write(
                Data(
                    "\r\u{1B}[K\(place.index + 1) of \(place.count)  \(name)  \(FoundMoments.clock(seconds))\(part)\(left)"
                        .utf8))
        }
        return Interruption.pending == nil
    }

    func finished(_ path: String, _ outcome: IndexOutcome) {
        guard !isTerminal, case .encoded(let clips) = outcome else { return }
        tell("\(path): \(clips) clips")
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
