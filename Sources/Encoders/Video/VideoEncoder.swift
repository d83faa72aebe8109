import Foundation
import Media
import Torch

/// From a video's pixels to features, a row a clip: what `extract` writes and what `find` asks.
///
/// One thread decodes, for all encoders in one pass, the calling one collects frames to batches and clips, and on every core one
/// encodes; between them lie a few frames. The numbers are rounded to half precision, as published features are stored, so that
/// they are the same from a file and fresh.
public final class VideoEncoder {
    /// Which frame of a clip CLIP sees.
    public enum ImageChoice: String, CaseIterable, Codable, Sendable {
        /// The last one before the clip's middle, as published features were made.
        case middle
        /// The key frame nearest to the clip's middle. Nothing else is decoded, and the frame is off by up to half the distance
        /// of key frames, which is a matter of how the video was made: often a second, sometimes ten.
        case nearestKey = "nearest-key"
    }

    /// One encoder's features of a video.
    public struct Component {
        /// `clip` or `slowfast`.
        public let name: String
        /// The encoder's identifier, such as `clip-vit-b-32`.
        public let encoder: String
        /// The SHA-256 of the encoder's weights, where it is known.
        public let weights: String?
        /// L×D, `float32`, values of half precision.
        public let features: Tensor

        /// The first clips.
        func prefix(_ count: Int) -> Component {
            Component(name: name, encoder: encoder, weights: weights, features: features.slice(0, 0, count))
        }
    }

    /// A video's features.
    public struct Encoding {
        /// Seconds, as measured by decoding.
        public let duration: Double
        /// SlowFast before CLIP, as models of the field have them.
        public let components: [Component]
        /// What decoding found.
        public let report: DecodeReport
    }

    /// An encoder and the hash of its weights.
    public struct Part<Encoder> {
        /// The encoder.
        public let encoder: Encoder
        /// The SHA-256 of its weights' file, where there is one.
        public let weights: String?

        /// Joins the two.
        public init(_ encoder: Encoder, weights: String? = nil) {
            self.encoder = encoder
            self.weights = weights
        }
    }

    /// The length of a clip.
    public let clipLength: ClipLength
    /// Which frame of a clip CLIP sees.
    public let images: ImageChoice
    /// The least time between two looks at a video's beginning.
    var partialInterval = Duration.seconds(1)
    /// The encoder of pictures, where there is one; its weights encode sentences too.
    public let clip: Part<CLIP>?
    /// SlowFast and the hash of its weights; nil where clips are not encoded.
    public let slowFast: Part<SlowFast>?

    /// Makes an encoder of one kind of features or of both.
    public init(
        clip: Part<CLIP>? = nil, slowFast: Part<SlowFast>? = nil, clipLength: ClipLength = ClipLength(2),
        images: ImageChoice = .middle
    ) {
        precondition(clip != nil || slowFast != nil, "no encoder")
        self.clip = clip
        self.slowFast = slowFast
        self.clipLength = clipLength
        self.images = images
    }

    /// The encoders' names, identifiers and weights, SlowFast before CLIP.
    public var parts: [(name: String, encoder: String, weights: String?)] {
        [
            slowFast.map { ("slowfast", $0.encoder.identifier, $0.weights) },
            clip.map { ("clip", $0.encoder.identifier, $0.weights) },
        ].compactMap { $0 }
    }

    /// Encodes a video.
    ///
    /// - Parameters:
    ///   - url: The video's file.
    ///   - progress: Called with the seconds done and, where the header says so, the seconds in all; it returns false to stop.
    ///   - partial: Called about once a second with the features of the video's beginning, as far as every encoder has come;
    ///     the numbers are those of the whole.
    /// - Throws: `MediaError`; `CancellationError` where `progress` stops the work.
    public func encode(
        _ url: URL, progress: (_ done: Double, _ total: Double?) -> Bool = { _, _ in true },
        partial: (([Component]) -> Void)? = nil
    ) throws -> Encoding {
        let version = FileVersion(of: url)
        let reader = try VideoReader(url, threads: Libtorch.threadCount)
        let info = reader.info
        let plan = Plan(self, info)
        let queue = BoundedQueue<Plan.Item>(capacity: 96)
        let decoding = Decoding(reader, plan, queue)
        decoding.start()
        defer { queue.abandon() }

        let workers = EncodingWorkers()
        defer { workers.cancel() }
        var images = clip.map { ImageRows($0.encoder, workers) }
        var clips = slowFast.map { part in
            ClipRows(
                part.encoder,
                ClipFrameSampler<Frame>(
                    clipLength: clipLength, sourceRate: info.frameRate ?? 30, duration: info.duration,
                    frames: part.encoder.configuration.frames), workers)
        }
        var shown = (clips: 0, time: ContinuousClock.now)
        while let item = try queue.take() {
            switch item.kind {
            case .clip: images?.add(item.frame)
            case .slowFast: clips?.add(item.frame)
            }
            guard progress(item.time, info.duration) else { throw CancellationError() }
            if let partial, shown.time.duration(to: .now) >= partialInterval {
                let components = components(slow: clips?.beginning, clip: images?.beginning)
                let count = components.map { $0.features.size(0) }.min() ?? 0
                if count > shown.clips { partial(components.map { $0.prefix(count) }) }
                shown = (max(count, shown.clips), .now)
            }
        }
        let report = try decoding.report()
        guard FileVersion(of: url) == version else { throw MediaError(file: url.path, problem: .changed) }
        images?.finish()
        clips?.finish()
        workers.finish()
        let components = components(slow: clips?.finished, clip: images?.finished)
        guard components.allSatisfy({ $0.features.size(0) > 0 }) else {
            throw MediaError(file: url.path, problem: .damaged("it is too short for one clip"))
        }
        return Encoding(duration: max(report.duration, 1e-3), components: components, report: report)
    }

    private func components(slow: Tensor?, clip pictures: Tensor?) -> [Component] {
        [
            slow.flatMap { rows in
                slowFast.map { component("slowfast", $0.encoder.identifier, $0.weights, rows) }
            },
            pictures.flatMap { rows in
                clip.map { component("clip", $0.encoder.identifier, $0.weights, rows) }
            },
        ].compactMap { $0 }
    }

    private func component(_ name: String, _ encoder: String, _ weights: String?, _ rows: Tensor) -> Component {
        Component(name: name, encoder: encoder, weights: weights, features: rows.to(.float16).to(.float32))
    }

    /// What is read from the video, and for whom.
    struct Plan {
        enum Kind: Sendable { case clip, slowFast }

        struct Item: Sendable {
            let kind: Kind
            let time: Double
            let frame: Frame
        }

        let kinds: [Kind]
        let requests: [FrameRequest]

        init(_ encoder: VideoEncoder, _ info: VideoInfo) {
            var kinds: [Kind] = []
            var requests: [FrameRequest] = []
            if let clip = encoder.clip {
                let side = clip.encoder.configuration.imageSize
                kinds.append(.clip)
                let geometry = FrameGeometry(shorterSide: side, crop: side)
                let length = encoder.clipLength.seconds
                requests.append(
                    encoder.images == .middle
                        ? .perClip(of: length, duration: info.duration, geometry: geometry)
                        : FrameRequest(.nearestKeyFrames(rate: 1 / length), geometry: geometry))
            }
            if let slowFast = encoder.slowFast {
                let side = slowFast.encoder.configuration.cropSize
                kinds.append(.slowFast)
                requests.append(
                    FrameRequest(
                        .rate(Double(ClipFrameSampler<Frame>.streamRate)),
                        geometry: FrameGeometry(shorterSide: side, crop: side)))
            }
            self.kinds = kinds
            self.requests = requests
        }
    }
}

/// The thread that decodes.
private final class Decoding: @unchecked Sendable {
    private let reader: VideoReader
    private let plan: VideoEncoder.Plan
    private let queue: BoundedQueue<VideoEncoder.Plan.Item>
    private let lock = NSLock()
    private var found: DecodeReport?

    init(_ reader: VideoReader, _ plan: VideoEncoder.Plan, _ queue: BoundedQueue<VideoEncoder.Plan.Item>) {
        self.reader = reader
        self.plan = plan
        self.queue = queue
    }

    func start() {
        let thread = Thread { [self] in
            do {
                let report = try reader.read(plan.requests) { request, _, time, frame in
                    try queue.give(VideoEncoder.Plan.Item(kind: plan.kinds[request], time: time, frame: frame))
                }
                lock.withLock { found = report }
                queue.finish()
            } catch {
                queue.finish(error)
            }
        }
        thread.name = "moments.decoding"
        thread.start()
    }

    /// What decoding found, once the queue has come to its end.
    func report() throws -> DecodeReport {
        guard let report = lock.withLock({ found }) else { throw CancellationError() }
        return report
    }
}
