import Annotations
import Batches
import Torch

/// What becomes of annotations in batches.
public struct DatasetSettings: Codable, Hashable, Sendable {
    /// The most moments of a query that targets hold; nil for all. The field's code keeps 5.
    ///
    /// Which ones is drawn anew each epoch, from ``momentSeed``, the epoch and the query's place.
    public var maxMoments: Int?
    /// What the choice of moments is drawn from.
    public var momentSeed: UInt64
    /// Seconds a clip of `relevant_clip_ids`; 2 in QVHighlights, whatever the features' clips are.
    public var annotatedClipLength: Double

    /// All moments, and clips of 2 s in the annotations.
    public init(maxMoments: Int? = nil, momentSeed: UInt64 = 0, annotatedClipLength: Double = 2) {
        self.maxMoments = maxMoments
        self.momentSeed = momentSeed
        self.annotatedClipLength = annotatedClipLength
    }
}

/// Annotations with their features: what batches are made of.
///
///     let dataset = MomentDataset(annotations: train, features: features)
///     let loader = dataset.loader(batchSize: 32, shuffleSeed: 2018, epoch: 0)
///     while let batch = try loader.next() { … }
///
/// **Targets.** A clip is in a moment where the annotation's `relevant_clip_ids` say so; without them, where its centre
/// lies in a window, the end not included. (In QVHighlights both agree.) A moment shorter than a clip always gets the clip
/// in which its own centre lies. Moments are cut to the part of the video that has features, and dropped where they lie
/// wholly behind it; where the features end less than two clips before the video, such a moment becomes the last clip.
/// A batch has targets where every annotation of the data set has windows or clip ids, and saliency where every one has.
public struct MomentDataset: Sendable {
    /// The queries, in the order of their indices.
    public let annotations: [Annotation]
    /// Where the features come from.
    public let features: any FeatureStore
    /// What becomes of annotations.
    public let settings: DatasetSettings
    /// Whether batches have targets.
    public let hasMoments: Bool
    /// Whether targets have saliency.
    public let hasSaliency: Bool
    private let memory = BatchMemory()

    /// Joins annotations and features; nothing is read. Ratings of whole videos become moments and saliency, see
    /// `Annotation.withRatedClips`.
    public init(
        annotations: some Sequence<Annotation>, features: any FeatureStore,
        settings: DatasetSettings = DatasetSettings()
    ) {
        precondition(settings.annotatedClipLength > 0, "a clip must last some time")
        self.annotations = annotations.map { $0.withRatedClips(clipLength: settings.annotatedClipLength) }
        self.features = features
        self.settings = settings
        hasMoments = self.annotations.allSatisfy { $0.relevantWindows != nil || $0.relevantClipIDs != nil }
        hasSaliency =
            hasMoments && self.annotations.allSatisfy { $0.relevantClipIDs != nil && $0.saliencyScores != nil }
    }

    /// How many queries there are.
    public var count: Int { annotations.count }

    /// What the features are.
    public var recipe: FeatureRecipe { features.recipe }

    /// The queries at some indices as a batch, padded to the longest video and sentence among them.
    ///
    /// The epoch matters only where ``DatasetSettings/maxMoments`` makes a choice. One query whose features lie ready in
    /// a pack gets them without a copy.
    ///
    /// - Throws: ``FeatureError`` of the first query whose features are missing or bad.
    public func batch(_ indices: [Int], epoch: Int = 0) throws -> Batch {
        precondition(!indices.isEmpty, "a batch needs at least one query")
        let rows = indices.map { annotations[$0] }
        let videos = try uniqueVideos(rows)
        let texts = try rows.map { try features.text(for: $0) }
        let clipCounts = videos.map(\.features.clips.count)
        let wordCounts = texts.map(\.words.count)
        let queries = zip(rows, videos).map { annotation, video in
            Query(
                id: annotation.qid.description, text: annotation.query, video: annotation.vid,
                duration: annotation.duration, clipLength: video.features.clipLength)
        }
        return Batch(
            video: try padded(videos.map(\.features.clips), same: videos.map(\.first), width: recipe.videoWidth),
            clipCounts: clipCounts,
            text: try padded(texts.map(\.words), same: Array(indices.indices), width: recipe.textWidth),
            wordCounts: wordCounts, pooledText: try pooled(texts), queries: queries,
            targets: hasMoments ? targets(indices, videos.map(\.features), epoch: epoch) : nil)
    }

    /// Each row's video, and the first row with the same one: that row's numbers are copied and not made again.
    private func uniqueVideos(_ rows: [Annotation]) throws -> [(features: VideoFeatures, first: Int)] {
        var found: [String: (VideoFeatures, Int)] = [:]
        return try rows.enumerated().map { row, annotation in
            if let known = found[annotation.vid] { return known }
            let video = (try features.video(for: annotation), row)
            found[annotation.vid] = video
            return video
        }
    }

    private func padded(_ blocks: [any FeatureRows], same: [Int], width: Int) throws -> Tensor {
        let length = blocks.map(\.count).max()!
        let shape = [blocks.count, length, width]
        if blocks.count == 1, let (bytes, owner) = blocks[0].inPlace {
            return Tensor(borrowing: bytes, owner: owner, shape: shape, dtype: .float32)
        }
        let rowBytes = width * MemoryLayout<Float>.size
        let bytes = blocks.count * length * rowBytes
        let buffer = memory.take(bytes: bytes)
        for (index, block) in blocks.enumerated() {
            let place = buffer.memory + index * length * rowBytes
            if same[index] < index {
                place.copyMemory(
                    from: buffer.memory + same[index] * length * rowBytes, byteCount: block.count * rowBytes)
            } else {
                try block.write(to: place.assumingMemoryBound(to: Float.self))
            }
            (place + block.count * rowBytes).initializeMemory(
                as: UInt8.self, repeating: 0, count: (length - block.count) * rowBytes)
        }
        return Tensor(
            borrowing: UnsafeRawBufferPointer(start: buffer.memory, count: bytes), owner: buffer, shape: shape,
            dtype: .float32)
    }

    private func pooled(_ texts: [TextFeatures]) throws -> Tensor? {
        guard let width = recipe.pooledWidth else { return nil }
        let rows = texts.compactMap(\.pooled)
        precondition(rows.count == texts.count, "a store whose recipe has pooled text gives it for every query")
        return try padded(rows, same: Array(rows.indices), width: width).reshaped(rows.count, width)
    }

    private func targets(_ indices: [Int], _ videos: [VideoFeatures], epoch: Int) -> Targets {
        let length = videos.map(\.clips.count).max()!
        var inMoment = [Bool](repeating: false, count: indices.count * length)
        var saliency = [Float](repeating: 0, count: hasSaliency ? inMoment.count : 0)
        var moments: [[Span]] = []
        for (row, (index, video)) in zip(indices, videos).enumerated() {
            let target = ClipTargets(
                annotations[index], count: video.clips.count, clipLength: video.clipLength,
                annotatedClipLength: settings.annotatedClipLength)!
            moments.append(chosen(target.moments, index, epoch))
            for (clip, value) in target.inMoment.enumerated() { inMoment[row * length + clip] = value }
            guard hasSaliency, let values = target.saliency else { continue }
            for (clip, value) in values.enumerated() { saliency[row * length + clip] = value }
        }
        let shape = [indices.count, length]
        return Targets(
            moments: moments, inMoment: Tensor(inMoment, shape: shape),
            saliency: hasSaliency ? Tensor(saliency, shape: shape) : nil)
    }

    /// At most ``DatasetSettings/maxMoments`` of the moments, in their order.
    private func chosen(_ moments: [Span], _ index: Int, _ epoch: Int) -> [Span] {
        guard let most = settings.maxMoments, moments.count > most else { return moments }
        let stream = UInt64(bitPattern: Int64(epoch)) << 32 ^ UInt64(index)
        var generator = SeededGenerator(seed: settings.momentSeed, stream: stream)
        return generator.choice(most, below: moments.count).map { moments[$0] }
    }
}
