import Annotations
import Batches
import Datasets
import Finding
import Foundation
import Grounding
import Torch
import Training

/// Sentences asked of one video, all from feature files.
struct FindQuestions {
    /// The video's features.
    let files: [String]
    let sentences: FindSentences
    /// What is known of the query; nil for nothing.
    let annotation: Annotation?

    /// A trained model's answers.
    func answers(of trained: TrainedModel) throws -> [FoundMoments] {
        let recipe = trained.metadata.recipe
        let finder = Finder(trained.model, recipe: recipe)
        return try asked(recipe, recipe.wholeVideo) { video, sentence, annotation, _ in
            FoundMoments(
                annotation: annotation, clipLength: video.clipLength, answer: finder(video, sentence),
                model: trained.file.path, isSimulated: trained.isSimulated,
                scale: ScoreScale(trained.metadata.calibration))
        }
    }

    /// CLIP's own answers, without a trained model.
    func zeroShot(clipLength: Double) throws -> [FoundMoments] {
        guard files.count == 1, let file = files.first else {
            throw UsageError("--zero-shot needs one file of features: CLIP's.")
        }
        let settings = FeatureSettings(
            clipLength: clipLength, maxClips: nil, temporalEndpoints: false, normalised: true, maxWords: nil)
        let finder = ZeroShotFinder()
        return try asked(nil, settings) { video, sentence, annotation, isSimulated in
            guard let pooled = sentence.pooled, pooled.count == video.clips.size(1) else {
                let width = sentence.pooled.map { "\($0.count) numbers" } ?? "nothing"
                throw UsageError(
                    "--zero-shot compares rows of \(file) (\(video.clips.size(1)) numbers) with the sentence's "
                        + "pooler_output, which has \(width). Both must come from one CLIP.")
            }
            let query = Query(
                id: sentence.id, text: sentence.text, video: video.name, duration: video.duration,
                clipLength: video.clipLength)
            let answer = try finder(clips: video.clips, sentence: pooled, query: query)
            return FoundMoments(
                annotation: annotation, clipLength: video.clipLength, answer: answer.grounding,
                model: "zero-shot", isSimulated: isSimulated, scale: .fixedRule, cosines: answer.cosines)
        }
    }

    /// Asks each sentence; the video's features are read for the first and kept.
    private func asked(
        _ recipe: FeatureRecipe?, _ settings: FeatureSettings,
        _ ask: (VideoInput, SentenceInput, Annotation, _ isSimulated: Bool) throws -> FoundMoments
    ) throws -> [FoundMoments] {
        var video: VideoInput?
        return try sentences.all.map { sentence in
            let query = try SingleQuery(
                video: files, text: sentence.text ?? "", sentence: sentence.query, annotation: annotation,
                recipe: recipe,
                settings: settings)
            let (features, row) = (query.dataset.features, query.dataset.annotations[0])
            let input =
                try video
                ?? VideoInput(features.video(for: row), name: query.annotation.vid, duration: query.annotation.duration)
            video = input
            let words = try SentenceInput(
                features.text(for: row), id: query.annotation.qid.description, text: query.annotation.query)
            return try ask(input, words, query.annotation, features.recipe.simulated)
        }
    }
}
