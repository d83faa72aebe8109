import Annotations
import Batches
import Datasets
import Foundation
import Grounding
import Torch

/// One sentence about one video, from feature files that lie anywhere.
public struct SingleQuery {
    /// What is asked; its duration is that of the features where nobody knows better.
    public let annotation: Annotation
    /// The one query with its features.
    public let dataset: MomentDataset
    /// Seconds a clip.
    public let clipLength: Double

    /// Opens feature files as a model wants them.
    ///
    /// - Parameters:
    ///   - video: Files of the video's features, in the order of the model's recipe.
    ///   - text: The file of the sentence's features.
    ///   - sentence: The sentence; nil to take the annotation's.
    ///   - known: What is known of the query; nil for nothing.
    ///   - recipe: The model's. Features of another are refused; nil to take any.
    ///   - settings: How features become rows, where not as in training: whole, for one who cuts them into windows.
    /// - Throws: `FeatureMismatch`, and what opening features throws.
    public init(
        video: [String], text: String, sentence: String?, annotation known: Annotation? = nil, recipe: FeatureRecipe?,
        settings: FeatureSettings? = nil
    ) throws {
        let videos = video.map { URL(fileURLWithPath: $0) }
        let text = URL(fileURLWithPath: text)
        // Files of one video mostly have one name in several folders; where they differ, the start in common.
        let names = videos.map { $0.deletingPathExtension().lastPathComponent }
        let name = names.dropFirst().reduce(names.first ?? "") { $0.commonPrefix(with: $1) }
        let query = text.deletingPathExtension().lastPathComponent
        let sources = zip(videos, names).map { file, whole in
            FeatureSource(
                file.deletingLastPathComponent().path, name: file.deletingLastPathComponent().lastPathComponent,
                pattern: "{vid}\(whole.dropFirst(name.count)).\(file.pathExtension)")
        }
        let row = Annotation(qid: .text(query), query: sentence ?? known?.query ?? "", vid: name, duration: 0)
        let features = try FeatureFiles(
            video: sources,
            text: FeatureSource(
                text.deletingLastPathComponent().path, name: text.deletingLastPathComponent().lastPathComponent,
                pattern: "{qid}.\(text.pathExtension)"),
            settings: settings ?? recipe?.settings ?? FeatureSettings(), annotations: [row])
        if let recipe {
            var own = features.recipe
            // Files by themselves cannot say that they are simulated.
            own.simulated = own.simulated || recipe.simulated
            // Whoever asks for other settings sees to the endpoints.
            if settings != nil { own.temporalEndpoints = recipe.temporalEndpoints }
            try recipe.accept(own)
        }
        let found = try features.video(for: row)
        clipLength = found.clipLength
        var asked = row
        asked.duration = known?.duration ?? Double(found.clips.count) * found.clipLength
        dataset = MomentDataset(annotations: [asked], features: features)
        annotation = Annotation(
            qid: known?.qid ?? asked.qid, query: asked.query, vid: known?.vid ?? name, duration: asked.duration,
            relevantWindows: known?.relevantWindows, relevantClipIDs: known?.relevantClipIDs,
            saliencyScores: known?.saliencyScores)
    }

    /// One query of a data set.
    ///
    /// - Throws: what reading its features throws.
    public init(_ dataset: MomentDataset) throws {
        precondition(dataset.count == 1, "one query")
        self.dataset = dataset
        annotation = dataset.annotations[0]
        clipLength = try dataset.features.video(for: annotation).clipLength
    }

    /// A model's answer.
    ///
    /// - Throws: what reading features throws.
    public func answer(of model: any GroundingModel) throws -> Grounding {
        model.store.isTraining = false
        return model.ground(try dataset.batch([0]).to(model.store.device))[0]
    }
}

extension FeatureRecipe {
    /// How features become what the recipe describes.
    var settings: FeatureSettings {
        FeatureSettings(
            clipLength: clipLength, maxClips: maxClips, longVideos: longVideos, temporalEndpoints: temporalEndpoints,
            normalised: normalised, maxWords: maxWords)
    }
}
