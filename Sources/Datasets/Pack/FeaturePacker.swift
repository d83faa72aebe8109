import Annotations
import Foundation

/// Writes the features of annotations into one file.
///
///     let summary = try FeaturePacker(features).pack(train + val, to: url) { done, all in … }
public struct FeaturePacker: Sendable {
    /// What was packed.
    public struct Summary: Sendable {
        /// Videos in the pack.
        public var videos = 0
        /// Sentences in the pack.
        public var texts = 0
        /// Videos and sentences that an earlier, interrupted call had packed already.
        public var takenOver = 0
        /// Bytes of the file.
        public var bytes = 0
        /// What was left out, where that was allowed: one error a query.
        public var problems: [FeatureError] = []
    }

    /// The caller wished to stop. The part that is done is kept beside the pack's place, to go on from.
    public struct Cancelled: Error, Sendable, CustomStringConvertible {
        /// Queries that were done.
        public let done: Int
        /// Queries in all.
        public let all: Int
        /// The message.
        public var description: String {
            "Stopped after \(done) of \(all) queries. The same command goes on from there."
        }
    }

    /// Where the features come from.
    public let features: any FeatureStore
    /// How numbers are stored.
    public var storage: PackFormat.Storage
    /// Whether queries with bad features are left out; else the first one stops the work.
    public var leavesOutBad: Bool

    /// Makes a packer; nothing is read.
    public init(_ features: any FeatureStore, storage: PackFormat.Storage = .float32, leavesOutBad: Bool = false) {
        self.features = features
        self.storage = storage
        self.leavesOutBad = leavesOutBad
    }

    /// Packs the videos and sentences of annotations, each once. The same input gives the same bytes.
    ///
    /// The file appears when it is complete; an interrupted call, even a killed one, leaves an old one as it was. What it
    /// had done lies beside it (`.NAME.partial`, `.NAME.journal`), and the same call goes on from there: it takes over
    /// what is whole and whose files have not changed since, and gives the bytes of a call that was never interrupted.
    ///
    /// - Parameters:
    ///   - annotations: the queries; blocks lie in the order in which these name their videos and sentences first.
    ///   - url: the pack's place.
    ///   - isCancelled: asked now and then whether to stop.
    ///   - progress: hears how many of how many queries are done.
    /// - Throws: ``FeatureError`` (see ``leavesOutBad``), ``HalfOverflow``, ``Cancelled``, `TensorFileError` where the
    ///   file cannot be written.
    public func pack(
        _ annotations: [Annotation], to url: URL, isCancelled: () -> Bool = { false },
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws -> Summary {
        let journal = PackJournal(url, recipe: features.recipe, storage: storage, order: order(annotations))
        let stamps = PackStamps(features, annotations)
        let file = try PackFile(url, recipe: features.recipe, storage: storage, journal: journal) {
            stamps.stamp($0, $1) == $2
        }
        var summary = Summary()
        var packedVideos = Set(file.videos.map(\.name))
        var packedTexts = Set(file.texts.map(\.name))
        summary.takenOver = packedVideos.count + packedTexts.count
        let stretch = 16
        for start in stride(from: 0, to: annotations.count, by: stretch) {
            if isCancelled() { throw Cancelled(done: start, all: annotations.count) }
            let range = start..<min(start + stretch, annotations.count)
            let jobs = annotations[range].map { annotation in
                Job(
                    annotation: annotation, needsVideo: !packedVideos.contains(annotation.vid),
                    needsText: !packedTexts.contains(annotation.qid.json))
            }
            let results = mapInParallel(count: jobs.count) { index in Result { try blocks(jobs[index]) } }
            for (job, result) in zip(jobs, results) {
                do {
                    let (video, text) = try result.get()
                    if let video, packedVideos.insert(video.name).inserted { try file.append(.video, video) }
                    if let text, packedTexts.insert(text.name).inserted { try file.append(.text, text) }
                } catch let error as FeatureError where leavesOutBad {
                    summary.problems.append(error.concerning(job.annotation))
                }
            }
            progress(range.upperBound, annotations.count)
        }
        if packedTexts.isEmpty, let first = summary.problems.first { throw first }
        summary.videos = packedVideos.count
        summary.texts = packedTexts.count
        summary.bytes = try file.finish()
        return summary
    }

    private struct Job: Sendable {
        let annotation: Annotation
        let needsVideo: Bool
        let needsText: Bool
    }

    /// Tells apart which queries are packed, and in what order.
    private func order(_ annotations: [Annotation]) -> UInt64 {
        let names = annotations.map { "\($0.vid)\t\($0.qid.json)\n" }.joined()
        return Array(names.utf8).withUnsafeBytes(PackChecksum.of)
    }

    private typealias Blocks = (video: PackBlock?, text: PackBlock?)

    private func blocks(_ job: Job) throws -> Blocks {
        var blocks: Blocks = (nil, nil)
        // The stamps come first: a file that changes while it is read then counts as changed.
        if job.needsVideo {
            let stamp = PackStamps.stamp(features, .video, job.annotation)
            let video = try features.video(for: job.annotation)
            blocks.video = try PackBlock(
                name: job.annotation.vid, clipLength: video.clipLength, [video.clips], storage: storage, stamp: stamp)
        }
        if job.needsText {
            let stamp = PackStamps.stamp(features, .text, job.annotation)
            let text = try features.text(for: job.annotation)
            blocks.text = try PackBlock(
                name: job.annotation.qid.json, clipLength: 0, [text.words] + (text.pooled.map { [$0] } ?? []),
                storage: storage, stamp: stamp)
        }
        return blocks
    }
}

extension FeatureError {
    /// The same error, said of a query that shares the video.
    func concerning(_ annotation: Annotation) -> FeatureError {
        FeatureError(
            subject: subject, query: annotation.qid.description, video: annotation.vid, file: file, problem: problem)
    }
}
