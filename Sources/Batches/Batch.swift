import Torch

/// Some queries with their videos' features, padded to the longest among them.
///
/// The features are ready for a model: normalised, concatenated, with the temporal endpoint feature where one is used.
public struct Batch: Sendable {
    /// B×L×D_v; zeros beyond a video's own clips.
    public let video: Tensor
    /// Clips of each video.
    public let clipCounts: [Int]
    /// B×L, `bool`: true for a video's own clips.
    public let videoMask: Tensor
    /// B×N×D_t; zeros beyond a sentence's own words.
    public let text: Tensor
    /// Words (tokens) of each sentence.
    public let wordCounts: [Int]
    /// B×N, `bool`: true for a sentence's own words.
    public let textMask: Tensor
    /// B×D_t: one vector a sentence, as the text encoder pools it; nil where the features have none.
    public let pooledText: Tensor?
    /// What the rows are about.
    public let queries: [Query]
    /// What a model is to learn; nil without ground truth.
    public let targets: Targets?
    /// Clips and words of each row of the whole batch, where this one has some rows of it; else ``clipCounts`` and
    /// ``wordCounts``. What rows are padded to follows from these.
    public let whole: (clipCounts: [Int], wordCounts: [Int])
    /// What rows are padded to in any case, with masks even where nothing is padding; nil for what ``whole`` says.
    public private(set) var fixedSize: Size?
    /// Where a recorded computation finds what it reads of this batch; nil for one that is done at once.
    public private(set) var places: BatchPlaces?

    /// Clips and words of a row.
    public struct Size: Hashable, Sendable {
        /// L.
        public var clips: Int
        /// N.
        public var words: Int

        /// Makes a size.
        public init(clips: Int, words: Int) {
            self.clips = clips
            self.words = words
        }
    }

    /// Makes a batch. The masks follow from the counts.
    public init(
        video: Tensor, clipCounts: [Int], text: Tensor, wordCounts: [Int], pooledText: Tensor? = nil, queries: [Query],
        targets: Targets? = nil
    ) {
        self.init(
            video: video, clipCounts: clipCounts, text: text, wordCounts: wordCounts, pooledText: pooledText,
            queries: queries, targets: targets, whole: (clipCounts, wordCounts))
    }

    private init(
        video: Tensor, clipCounts: [Int], text: Tensor, wordCounts: [Int], pooledText: Tensor?, queries: [Query],
        targets: Targets?, whole: (clipCounts: [Int], wordCounts: [Int])
    ) {
        precondition(video.size(0) == clipCounts.count && text.size(0) == wordCounts.count)
        precondition(queries.count == clipCounts.count && queries.count == wordCounts.count)
        self.video = video
        self.clipCounts = clipCounts
        videoMask = Self.mask(clipCounts, width: video.size(1), device: video.device)
        self.text = text
        self.wordCounts = wordCounts
        textMask = Self.mask(wordCounts, width: text.size(1), device: text.device)
        self.pooledText = pooledText
        self.queries = queries
        self.targets = targets
        self.whole = whole
    }

    /// The same batch for a computation that is recorded, or was, with rows of one size.
    public func placed(in places: BatchPlaces, size: Size) -> Batch {
        var batch = self
        batch.places = places
        batch.fixedSize = size
        return batch
    }

    /// The same batch for a computation that is done at once.
    var unplaced: Batch {
        var batch = self
        batch.places = nil
        return batch
    }

    /// Count of queries.
    public var count: Int { queries.count }

    /// B×width, `bool`: true for the first `counts[b]` places of row b.
    public static func mask(_ counts: [Int], width: Int, device: Device = .cpu) -> Tensor {
        Tensor.range(0..<width, device: device).unsqueezed(0) .< Tensor(counts).to(device).unsqueezed(1)
    }

    /// The same batch with its tensors on a device.
    public func to(_ device: Device) -> Batch {
        Batch(
            video: video.to(device), clipCounts: clipCounts, text: text.to(device), wordCounts: wordCounts,
            pooledText: pooledText?.to(device), queries: queries, targets: targets?.to(device), whole: whole)
    }

    /// The same batch with clips and words on a device, and what is small where it was.
    public func withFeatures(on device: Device) -> Batch {
        guard video.device != device else { return self }
        return Batch(
            video: video.to(device), clipCounts: clipCounts, text: text.to(device), wordCounts: wordCounts,
            pooledText: pooledText, queries: queries, targets: targets, whole: whole)
    }

    /// Some rows, padded as they are here, without targets.
    public func rows(_ range: Range<Int>) -> Batch {
        func part(_ x: Tensor) -> Tensor { x.slice(0, range.lowerBound, range.upperBound) }
        return Batch(
            video: part(video), clipCounts: Array(clipCounts[range]), text: part(text),
            wordCounts: Array(wordCounts[range]), pooledText: pooledText.map(part), queries: Array(queries[range]),
            targets: nil, whole: whole)
    }
}
