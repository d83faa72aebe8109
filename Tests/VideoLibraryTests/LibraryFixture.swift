import Batches
import Finding
import Foundation
import Grounding
import Torch
import VideoLibrary

/// A folder with a library and files that stand for videos: a file's text says what its clips show, a word a clip.
final class LibraryFixture {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("library-\(UUID().uuidString)")
    var videos: URL { folder.appendingPathComponent("videos") }
    var place: URL { folder.appendingPathComponent("library") }

    init() throws { try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @discardableResult
    func write(_ words: String, to name: String) throws -> String {
        let url = videos.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(words.utf8).write(to: url)
        return url.resolvingSymlinksInPath().path
    }

    func library() throws -> VideoLibrary { try VideoLibrary(at: place, creating: true) }

    func scan() throws -> VideoScan { try VideoScan([videos.path]) }
}

/// Encodes words: each has a direction of its own.
final class WordEncoder: LibraryEncoder {
    struct NoVideo: Error, CustomStringConvertible {
        let description = "this is not a video"
    }

    let space: String
    let searched = "clip"
    /// What was encoded, by file name.
    private(set) var encoded: [String] = []
    /// Stops before this many.
    var limit = Int.max

    init(space: String = "words") { self.space = space }

    static let words = ["sea", "door", "dog", "kite", "snow"]

    static func vector(_ word: String) -> [Float] { words.map { $0 == word ? 1 : 0.1 } }

    func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
        guard encoded.count < limit, progress(0, nil) else { throw CancellationError() }
        let words = try String(contentsOf: video, encoding: .utf8).split(separator: " ").map(String.init)
        guard !words.isEmpty else { throw NoVideo() }
        encoded.append(video.lastPathComponent)
        let rows = words.flatMap { Self.vector($0).map { Double(3 * $0) } }
        return EncodedVideo(
            duration: Double(2 * words.count), clipLength: 2,
            components: [
                .init(
                    name: "clip", encoder: "words", weights: nil,
                    features: Tensor(rows, shape: [words.count, Self.words.count]).to(.float32))
            ])
    }
}

/// Each stretch of clips that show the word is a moment.
struct WordGrounder: StretchGrounder {
    let word: String
    var longestStretch: Int?

    func moments(in stretch: EncodedStretch) -> [RankedMoment] {
        guard let features = stretch.video["clip"]?.features, let column = WordEncoder.words.firstIndex(of: word)
        else { return [] }
        let shows = features.entry(column, -1).doubles().map { $0 > 1 }
        var moments: [RankedMoment] = []
        for (clip, isShown) in shows.enumerated() where isShown {
            let start = Double(clip) * stretch.video.clipLength
            if let last = moments.last, last.span.end == start {
                moments[moments.count - 1].span.end = start + stretch.video.clipLength
            } else {
                moments.append(RankedMoment(.init(start, start + stretch.video.clipLength), score: 0))
            }
        }
        return moments.map { RankedMoment($0.span, score: min(1, $0.span.length / 10)) }
    }
}
