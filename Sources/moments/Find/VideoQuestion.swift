import Annotations
import Batches
import Datasets
import Encoders
import Finding
import Foundation
import Grounding
import Hashing
import Media
import Torch
import Training

/// Sentences put to a video that nobody prepared: it is encoded once, or found in the cache, and every sentence is answered.
struct VideoQuestion {
    let video: URL
    let weights: EncoderOptions
    let choice: EncodingOptions
    /// A trained model; nil for CLIP's similarity alone.
    let trained: TrainedModel?
    /// Seconds a clip.
    let clipLength: Double
    let usesCache: Bool

    /// Answers in the order of the queries, whose durations are the video's.
    func answers(to queries: [Annotation]) throws -> [FoundMoments] {
        let kinds = try kinds()
        try choice.check(kinds)
        let clip = try weights.loadedCLIP(choice.precision)
        let video = try encoded(kinds, clip)
        let encoded = try clip.encoder.encode(
            sentences: queries.map(\.query), maxTokens: trained?.metadata.recipe.maxWords ?? 32)
        return try zip(queries, encoded).map { query, sentence in
            var query = query
            query.duration = video.duration
            return try answer(query, sentence, video, clip)
        }
    }

    /// The encoders that the model learned from, by the widths of its features; CLIP alone without a model.
    private func kinds() throws -> [EncoderOptions.Kind] {
        guard let recipe = trained?.metadata.recipe else { return [.clip] }
        return try recipe.video.map { component in
            let names = EncoderOptions.Kind.allCases.filter { component.name.lowercased().contains($0.rawValue) }
            if names.count == 1 { return names[0] }
            switch component.width {
            case 2304: return .slowfast
            case 512, 768: return .clip
            default:
                throw UsageError(
                    "the model learned from features “\(component.name)” of width \(component.width), which no encoder here "
                        + "makes; give its features with --features and --text")
            }
        }
    }

    private func encoded(_ kinds: [EncoderOptions.Kind], _ clip: VideoEncoder.Part<CLIP>) throws -> EncodedVideo {
        let length = try EncoderOptions.length(clipLength, kinds)
        guard usesCache else { return try encode(kinds, clip, length) }
        let key = EncodedVideo.key(
            video: try ContentHash.sha256(of: video), encoders: try kinds.map { try identity($0, clip) },
            clipLength: "\(length.numerator)/\(length.denominator)")
        return try EncodedVideoCache().video(for: key) { try encode(kinds, clip, length) }
    }

    private func encode(
        _ kinds: [EncoderOptions.Kind], _ clip: VideoEncoder.Part<CLIP>, _ length: ClipLength
    ) throws -> EncodedVideo {
        let encoder = VideoEncoder(
            clip: kinds.contains(.clip) ? clip : nil,
            slowFast: kinds.contains(.slowfast) ? try weights.loadedSlowFast() : nil, clipLength: length,
            images: choice.frames)
        let progress = ExtractionProgress(name: video.lastPathComponent, index: 0, count: 1)
        defer { progress.clear() }
        Interruption.catchSignals()
        defer { Interruption.releaseSignals() }
        let encoding: VideoEncoder.Encoding
        do {
            encoding = try encoder.encode(video, progress: progress.show)
        } catch is CancellationError {
            throw Interrupted(
                "\(video.lastPathComponent) is not encoded to its end, and nothing is kept of it; ask again")
        }
        progress.clear()
        for gap in encoding.report.gaps {
            tell(
                "\(video.lastPathComponent): \(FoundMoments.clock(gap.lowerBound)) – \(FoundMoments.clock(gap.upperBound)) could not be decoded; "
                    + "the rest is used")
        }
        return EncodedVideo(duration: encoding.duration, clipLength: length, encoding.components)
    }

    /// What an encoder is, for the cache. The weights are hashed and not loaded, so that a known video costs no more than that.
    private func identity(_ kind: EncoderOptions.Kind, _ clip: VideoEncoder.Part<CLIP>) throws -> String {
        switch kind {
        case .clip: return "clip \(clip.encoder.identifier) \(clip.weights ?? "")\(choice.cacheNote)"
        case .slowfast:
            return "slowfast \(try ContentHash.sha256(of: weights.slowFastFile()))"
        }
    }

    private func answer(
        _ annotation: Annotation, _ text: CLIP.EncodedSentence, _ video: EncodedVideo, _ clip: VideoEncoder.Part<CLIP>
    ) throws -> FoundMoments {
        let name = self.video.deletingPathExtension().lastPathComponent
        let (id, sentence) = (annotation.qid.description, annotation.query)
        guard let trained else {
            guard let pictures = video["clip"]?.features else {
                preconditionFailure("CLIP alone needs its own features")
            }
            let query = Query(
                id: id, text: sentence, video: name, duration: video.duration, clipLength: video.clipLength)
            let found = try ZeroShotFinder()(clips: pictures, sentence: text.pooled, query: query)
            return FoundMoments(
                annotation: annotation, clipLength: video.clipLength, answer: found.grounding,
                model: clip.encoder.identifier, isSimulated: false, scale: .fixedRule,
                threshold: Self.zeroShotThreshold,
                cosines: found.cosines)
        }
        let recipe = trained.metadata.recipe
        try trained.checkWords(of: clip.encoder)
        let input = try VideoInput(video, name: name, recipe: recipe)
        let grounding = try Finder(trained.model, recipe: recipe)(
            input,
            SentenceInput(encoded: text.words, pooled: text.pooled, id: id, text: sentence, recipe: recipe))
        return FoundMoments(
            annotation: annotation, clipLength: input.clipLength, answer: grounding, model: trained.file.path,
            isSimulated: trained.isSimulated, scale: ScoreScale(trained.metadata.calibration))
    }

    /// Below it CLIP's cosine is one of pictures and sentences that do not fit.
    static let zeroShotThreshold = 0.5
}
