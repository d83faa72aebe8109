import Batches
import Datasets
import Encoders
import Finding
import Foundation
import Grounding
import MomentsServer
import Torch
import Training
import VideoLibrary

/// CLIP's words and sentences for a server.
final class ServedSentences: SentenceEncoder {
    private let clip: CLIP

    init(_ clip: CLIP) { self.clip = clip }

    func encode(_ sentences: [String], maxTokens: Int) throws -> [SentenceFeatures] {
        try clip.encode(sentences: sentences, maxTokens: maxTokens).map {
            SentenceFeatures(words: $0.words, pooled: $0.pooled)
        }
    }
}

extension CLIPLibraryEncoder: ServedVideoEncoder {
    func encode(
        _ video: URL, progress: (Double, Double?) -> Bool, partial: (EncodedVideo) -> Void
    ) throws -> EncodedVideo {
        let length = encoder.clipLength
        return try withoutActuallyEscaping(partial) { partial in
            let encoding = try encoder.encode(video, progress: progress) { components in
                let clips = components.map { $0.features.size(0) }.min() ?? 0
                let duration = Double(clips) * length.seconds
                if clips > 0 { partial(EncodedVideo(duration: duration, clipLength: length, components)) }
            }
            return EncodedVideo(duration: encoding.duration, clipLength: length, encoding.components)
        }
    }
}

/// CLIP alone, as `moments find` asks it without a model.
final class ServedZeroShot: ServedModel {
    static let name = "zero-shot"

    let card = ModelCard(
        name: ServedZeroShot.name, kind: .zeroShot, scores: ScoreScale.fixedRule.name,
        scoreMeaning: ScoreScale.fixedRule.meaning, calibrated: false, simulated: false,
        threshold: VideoQuestion.zeroShotThreshold)
    let maxTokens = 32

    func answer(_ video: EncodedVideo, sentence: String, features: SentenceFeatures) throws -> ServedAnswer {
        guard let pictures = video["clip"]?.features, pictures.size(1) == features.pooled.count else {
            throw ModelRefusal("The video has no features of CLIP's pictures that go with these sentences.")
        }
        let query = Query(
            id: "find", text: sentence, video: "video", duration: video.duration, clipLength: video.clipLength)
        let found = try ZeroShotFinder()(clips: pictures, sentence: features.pooled, query: query)
        return ServedAnswer(
            moments: zip(found.grounding.moments, found.cosines).map {
                ServedMoment($0.span, score: $0.score, cosine: $1)
            },
            clipLength: video.clipLength, relevance: found.grounding.relevance, saliency: found.grounding.saliency)
    }

    func grounder(sentence: String, features: SentenceFeatures) -> any StretchGrounder {
        ZeroShotGrounder(sentence: features.pooled, component: "clip")
    }

    func served(_ moment: RankedMoment) -> ServedMoment { ServedMoment(moment.span, score: moment.score) }
}

/// A trained model, as `moments find --model` asks it.
final class ServedTrained: ServedModel {
    let card: ModelCard
    let maxTokens: Int
    private let trained: TrainedModel
    private let scale: ScoreScale

    /// - Parameter clip: What gives it words.
    init(_ trained: TrainedModel, name: String, words clip: CLIP) throws {
        try trained.checkWords(of: clip)
        self.trained = trained
        scale = ScoreScale(trained.metadata.calibration)
        maxTokens = trained.metadata.recipe.maxWords ?? 32
        card = ModelCard(
            name: name, kind: .trained, scores: scale.name, scoreMeaning: scale.meaning,
            calibrated: scale.calibration != nil, simulated: trained.isSimulated, threshold: nil)
    }

    func answer(_ video: EncodedVideo, sentence: String, features: SentenceFeatures) throws -> ServedAnswer {
        try refusing {
            let input = try VideoInput(video, name: "video", recipe: trained.metadata.recipe)
            let found = Finder(trained.model, recipe: trained.metadata.recipe)(
                input, try self.input(sentence, features))
            return ServedAnswer(
                moments: found.moments.map(served), clipLength: input.clipLength, relevance: found.relevance,
                saliency: found.saliency)
        }
    }

    func grounder(sentence: String, features: SentenceFeatures) throws -> any StretchGrounder {
        try refusing {
            RefusingGrounder(
                base: ModelGrounder(
                    Finder(trained.model, recipe: trained.metadata.recipe), sentence: try input(sentence, features)))
        }
    }

    func served(_ moment: RankedMoment) -> ServedMoment {
        ServedMoment(moment.span, score: scale.score(moment), confidence: moment.score, logit: moment.logit)
    }

    private func input(_ sentence: String, _ features: SentenceFeatures) throws -> SentenceInput {
        try SentenceInput(
            encoded: features.words, pooled: features.pooled, id: "find", text: sentence,
            recipe: trained.metadata.recipe)
    }
}

/// A model that says which videos it cannot be asked about.
private struct RefusingGrounder: StretchGrounder {
    let base: ModelGrounder
    var longestStretch: Int? { base.longestStretch }

    func moments(in video: EncodedStretch) throws -> [RankedMoment] { try refusing { try base.moments(in: video) } }
}

/// Features of another kind than the model's are a matter that clients may know.
private func refusing<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as FeatureMismatch {
        throw ModelRefusal("\(error)")
    } catch let error as FeatureError {
        throw ModelRefusal("\(error)")
    }
}
