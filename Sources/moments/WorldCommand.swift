import ArgumentParser
import Foundation
import SmallWorld
import Training

/// `moments world`: videos of the small world with sentences and ground truth.
struct WorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Render videos of the small world, with sentences and ground truth.",
        discussion: """
              moments world --out world --videos 400 --seed 7
              moments world --out world --videos 60 --seed 7 --split val --split test

            The folder gets videos/NAME.mp4, and SPLIT.jsonl in QVHighlights' form, with the moments to the frame in \
            exact_windows. The same seed gives the same scenes, sentences and pixels before the codec, whatever the \
            number of videos. In val and test, things do what training never shows them doing (unseen: true). What is \
            there is not made again, so that an interrupted call goes on.

            Exits with 73 where the folder cannot be written or holds another seed's world, 130 after Ctrl-C.
            """)

    @Option(help: "The folder to write to.", completion: .directory)
    var out: String

    @Option(help: "Videos of each split.")
    var videos: Int

    @Option(help: "Decides all scenes.")
    var seed: UInt64 = 0

    @Option(help: "train, val or test; may be repeated.")
    var split: [WorldSplit] = [.train]

    @Option(help: "How often each video's events are told, in other words each time.")
    var tellings = 1

    @Option(help: "Videos that are made at once.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        guard videos > 0 else { throw ValidationError("--videos must be above 0.") }
        guard tellings > 0 else { throw ValidationError("--tellings must be above 0.") }
        guard videos < 50_000 / tellings else {
            throw ValidationError("--videos times --tellings must be below 50000.")
        }
        guard threads > 0 else { throw ValidationError("--threads must be above 0.") }
    }

    func run() throws {
        try reporting {
            Interruption.catchSignals()
            let splits = WorldSplit.allCases.filter(split.contains)
            let writer = WorldWriter(
                World(seed: seed), to: URL(fileURLWithPath: out), splits: splits, videos: videos,
                tellings: tellings, threads: threads)
            let line = WorldProgressLine()
            let start = ContinuousClock.now
            do {
                let summary = try writer.write { progress in
                    line.show(progress)
                    return Interruption.pending == nil
                }
                line.clear()
                report(summary, seconds: start.duration(to: .now) / .seconds(1))
            } catch let error as WorldError {
                line.clear()
                tell("\(error)")
                throw ExitCode(error.exitCode)
            }
        }
    }

    private func report(_ summary: WorldWriter.Summary, seconds: Double) {
        let rate = Double(summary.frames) / max(seconds, 1e-3)
        if json {
            print(
                "{\"videos\": \(summary.made + summary.present), \"made\": \(summary.made), "
                    + "\"sentences\": \(summary.sentences), \"frames\": \(summary.frames), "
                    + "\"seconds\": \(String(format: "%.1f", seconds)), \"bytes\": \(summary.bytes)}")
            return
        }
        let size = Double(summary.bytes) / Double(max(summary.made + summary.present, 1)) / 1e6
        print(
            "\(summary.made) videos made, \(summary.present) there already, \(summary.sentences) sentences; "
                + "\(String(format: "%.2f", size)) MB a video; \(summary.frames) frames in "
                + "\(String(format: "%.1f", seconds)) s, \(Int(rate)) frames/s")
    }
}

extension WorldSplit: ExpressibleByArgument {}

extension WorldError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .otherSeed, .otherEdition, .busy, .unwritable: EX_CANTCREAT
        case .interrupted: 128 + (Interruption.pending ?? SIGINT)
        }
    }
}

/// A line on the terminal that says how far the videos are; nothing elsewhere but a line for every tenth of them.
private final class WorldProgressLine: @unchecked Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    /// Guarded by the writer, which never calls twice at once.
    private var tenths = 0

    func show(_ progress: WorldWriter.Progress) {
        let seconds = max(start.duration(to: .now) / .seconds(1), 1e-3)
        let rate = Double(progress.frames) / seconds
        let left = Double(progress.totalFrames - progress.frames) / max(rate, 1e-3)
        let text =
            "\(progress.videos) of \(progress.totalVideos) videos, \(Int(rate)) frames/s, "
            + "\(Int(left) / 60):\(String(format: "%02d", Int(left) % 60)) left"
        if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        } else if progress.totalFrames > 0, 10 * progress.frames / progress.totalFrames > tenths {
            tenths = 10 * progress.frames / progress.totalFrames
            tell(text)
        }
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
