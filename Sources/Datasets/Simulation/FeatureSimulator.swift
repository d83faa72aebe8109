import Annotations
import Torch

/// Features in the published layout from real annotations, for when the real ones are not at hand.
///
/// They exercise training, evaluation and every model at a data set's true size. What comes of them tells about a
/// model's ability to learn alignment and is never a result on the data set. The same seed and annotations give the same
/// features. The constants are fixed.
public struct FeatureSimulator: Sendable {
    /// What two encoders see in one video.
    public struct Video {
        /// L×512.
        public let clip: Tensor
        /// L×2304.
        public let slowFast: Tensor
    }

    /// What a text encoder makes of one sentence.
    public struct Text {
        /// (words + 1)×512.
        public let lastHiddenState: Tensor
        /// 512.
        public let pooled: Tensor
    }

    /// Draws the videos.
    public let seed: UInt64
    /// Seconds.
    public let clipLength: Double
    /// The videos' names, in the order of their first query.
    public let videos: [String]
    /// All queries given.
    public let annotations: [Annotation]

    private let annotationsOfVideo: [String: [Annotation]]
    private let meaning: SimulatedMeaning
    private let sentences: [SimulatedMeaning.Sentence]
    private let segmentLengths: [Int]
    private let encoders = SimulatedEncoders()

    /// Length of the bias that all clips of a video share.
    static let biasScale = 1.5
    /// Length of the noise that differs from clip to clip: (CLIP-like, SlowFast-like).
    static let noiseScale = (clip: 1.0, slowFast: 2.5)
    /// Weights of the slow and the independent part of that noise.
    static let noiseMix = (slow: 0.7, independent: 0.7)
    /// Clips over which the slow part is summed.
    static let noiseSpan = 5
    /// Expected length of the white noise on CLIP-like features.
    static let clipWhiteNoise = 0.3
    /// Expected length of the white noise on words.
    static let textWhiteNoise = 0.2
    /// Share of the weaker half: actions for CLIP, entities for SlowFast.
    static let weakHalf = 0.3
    /// Share of the sentence's mean in every word.
    static let context = 0.15

    /// Prepares the simulated world. Words are weighted by their frequency over all annotations given. Ratings of whole
    /// videos are told as moments and saliency, see `Annotation.withRatedClips`.
    public init(_ annotations: [Annotation], seed: UInt64 = 0, clipLength: Double = 2) {
        let annotations = annotations.map { $0.withRatedClips() }
        self.annotations = annotations
        self.seed = seed
        self.clipLength = clipLength
        var order: [String] = []
        annotationsOfVideo = annotations.reduce(into: [:]) { groups, annotation in
            if groups[annotation.vid] == nil { order.append(annotation.vid) }
            groups[annotation.vid, default: []].append(annotation)
        }
        videos = order
        let meaning = SimulatedMeaning(sentences: annotations.map(\.query))
        self.meaning = meaning
        sentences = annotations.map { meaning.sentence($0.query) }
        let lengths = annotations.flatMap { $0.relevantWindows ?? [] }
            .map { Swift.max(1, Int(($0.length / clipLength).rounded())) }
        segmentLengths = lengths.isEmpty ? Array(4...12) : lengths
    }

    /// The features of one of `videos`.
    public func video(_ name: String) -> Video {
        let screen = screen(name)
        let clip = clipLike(screen)
        return Video(clip: clip, slowFast: slowFastLike(screen))
    }

    /// The CLIP-like features of one of `videos` alone: L×512, the same as `video(_:)` gives.
    public func clipFeatures(_ name: String) -> Tensor { clipLike(screen(name)) }

    /// What is on screen, and what disturbs the view of it.
    private struct Screen {
        /// L×H.
        let entities: Tensor
        /// L×H.
        let actions: Tensor
        let noise: RandomSource
    }

    private func screen(_ name: String) -> Screen {
        let queries = annotationsOfVideo[name] ?? []
        precondition(!queries.isEmpty, "no annotation names the video \(name)")
        let duration = queries.map(\.duration).max() ?? 0
        let count = Swift.max(1, Int(duration / clipLength))
        var random = SimulationRandom(seed: seed, "video/" + name)
        let timeline = SimulatedTimeline(
            annotations: queries, clipCount: count, clipLength: clipLength, segmentLengths: segmentLengths,
            meaning: meaning, others: sentences, random: &random)
        return Screen(
            entities: Tensor(timeline.entities.flatMap { $0 }, shape: [count, SimulatedMeaning.width]),
            actions: Tensor(timeline.actions.flatMap { $0 }, shape: [count, SimulatedMeaning.width]),
            noise: RandomSource(seed: random.next()))
    }

    private func clipLike(_ screen: Screen) -> Tensor {
        let count = screen.entities.size(0)
        let seen = Tensor.concatenated([screen.entities, screen.actions * Self.weakHalf], 1)
        let clip = (seen + disturbance(count, Self.noiseScale.clip, screen.noise)).matmul(encoders.clip)
        let white = screen.noise.normal(
            [count, SimulatedEncoders.clipWidth],
            deviation: Self.clipWhiteNoise / Double(SimulatedEncoders.clipWidth).squareRoot())
        return clip + encoders.modalityGap + white
    }

    private func slowFastLike(_ screen: Screen) -> Tensor {
        let seen = Tensor.concatenated([screen.entities * Self.weakHalf, screen.actions], 1)
        let disturbed = seen + disturbance(screen.entities.size(0), Self.noiseScale.slowFast, screen.noise)
        return (disturbed.matmul(encoders.hidden) * SimulatedEncoders.gain).tanh().matmul(encoders.slowFast)
    }

    /// The video's bias and its clips' noise: L×2H.
    private func disturbance(_ count: Int, _ scale: Double, _ source: RandomSource) -> Tensor {
        let width = 2 * SimulatedMeaning.width
        let deviation = 1 / Double(width).squareRoot()
        let bias = source.normal([1, width], deviation: deviation) * Self.biasScale
        let slow =
            source.normal([count + Self.noiseSpan - 1, width], deviation: deviation)
            .unfolded(0, size: Self.noiseSpan, step: 1).sum(-1) * (1 / Double(Self.noiseSpan).squareRoot())
        let independent = source.normal([count, width], deviation: deviation)
        return bias + (slow * Self.noiseMix.slow + independent * Self.noiseMix.independent) * scale
    }

    /// The features of a sentence.
    public func text(_ annotation: Annotation) -> Text {
        let sentence = meaning.sentence(annotation.query)
        let half = SimulatedMeaning.width
        var tokens: [Float] = []
        let words = SimulatedMeaning.words(of: annotation.query).map(meaning.word)
        for word in words {
            let weighted = word.latent.map { $0 * word.idf / 5 }
            let nothing = [Float](repeating: 0, count: half)
            tokens += word.isAction ? nothing + weighted : weighted + nothing
        }
        tokens += sentence.entities + sentence.actions
        let plain = Tensor(tokens, shape: [words.count + 1, 2 * half])
        let inContext = plain + plain.mean(0, keep: true) * Self.context
        var random = SimulationRandom(seed: seed, "query/\(annotation.qid)/" + annotation.query)
        let white = RandomSource(seed: random.next()).normal(
            [words.count + 1, SimulatedEncoders.clipWidth],
            deviation: Self.textWhiteNoise / Double(SimulatedEncoders.clipWidth).squareRoot())
        let pooled = Tensor(
            sentence.entities + sentence.actions.map { $0 * Float(Self.weakHalf) }, shape: [1, 2 * half])
        return Text(
            lastHiddenState: inContext.matmul(encoders.words) + white,
            pooled: pooled.matmul(encoders.clip).squeezed(0))
    }
}
