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
        /// Bytes of the file.
        public var bytes = 0
        /// What was left out, where that was allowed: one error a query.
        public var problems: [FeatureError] = []
    }

    /// Nothing was written, because the caller wished so.
    public struct Cancelled: Error, Sendable, CustomStringConvertible {
        /// The message.
        public var description: String { "Stopped; no pack was written." }
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
    /// The file appears when it is complete; an interrupted run leaves an old one as it was.
    ///
    /// - Parameters:
    ///   - progress: hears how many of how many queries are done.
    ///   - isCancelled: asked now and then whether to stop.
    /// - Throws: ``FeatureError`` (see ``leavesOutBad``), ``HalfOverflow``, ``Cancelled``, `TensorFileError` where the
    ///   file cannot be written.
    public func pack(
        _ annotations: [Annotation], to url: URL, isCancelled: () -> Bool = { false },
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws -> Summary {
        let file = try PackFile(url, recipe: features.recipe, storage: storage)
        var summary = Summary()
        var packedVideos: Set<String> = []
        var packedTexts: Set<String> = []
        let stretch = 16
        for start in stride(from: 0, to: annotations.count, by: stretch) {
            if isCancelled() { throw Cancelled() }
            let range = start..<min(start + stretch, annotations.count)
            let jobs = annotations[range].map { annotation in
                Job(
                    annotation: annotation, needsVideo: !packedVideos.contains(annotation.vid),
                    needsText: !packedTexts.contains(annotation.qid.json))
            }
            for (job, result) in zip(jobs, inParallel(jobs)) {
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

    private typealias Blocks = (video: PackBlock?, text: PackBlock?)

    private func inParallel(_ jobs: [Job]) -> [Result<Blocks, any Error>] {
        let results = Slots<Result<Blocks, any Error>>(count: jobs.count)
        DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
            results.set(index, Result { try blocks(jobs[index]) })
        }
        return results.values
    }

    private func blocks(_ job: Job) throws -> Blocks {
        var blocks: Blocks = (nil, nil)
        if job.needsVideo {
            let video = try features.video(for: job.annotation)
            blocks.video = try PackBlock(
                name: job.annotation.vid, clipLength: video.clipLength, [video.clips], storage: storage)
        }
        if job.needsText {
            let text = try features.text(for: job.annotation)
            blocks.text = try PackBlock(
                name: job.annotation.qid.json, clipLength: 0, [text.words] + (text.pooled.map { [$0] } ?? []),
                storage: storage)
        }
        return blocks
    }
}

/// Places that several threads fill, each its own.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    // Sendable: the lock guards the places.
    private let lock = NSLock()
    private var slots: [Value?]

    init(count: Int) { slots = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Value) { lock.withLock { slots[index] = value } }

    var values: [Value] { slots.map { $0! } }
}

extension FeatureError {
    /// The same error, said of a query that shares the video.
    func concerning(_ annotation: Annotation) -> FeatureError {
        FeatureError(
            subject: subject, query: annotation.qid.description, video: annotation.vid, file: file, problem: problem)
    }
}
