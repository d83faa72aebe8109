import Batches
import Datasets
import Grounding
import Torch

/// Asks a model about videos of any length.
///
///     let finder = Finder(trained.model, recipe: trained.metadata.recipe)
///     let answer = finder(video, sentence)
///
/// A video no longer than those of the training goes to the model as in training. A longer one is seen through windows
/// that overlap by half; their moments are merged across the windows' borders, their curves blended. Time and memory grow
/// with the length of the video and no faster.
public struct Finder {
    /// Who answers.
    public let model: any GroundingModel
    /// What the model's features are.
    public let recipe: FeatureRecipe
    /// Windows that the model sees at once.
    public var batchSize = 16

    /// Asks this model.
    public init(_ model: any GroundingModel, recipe: FeatureRecipe) {
        self.model = model
        self.recipe = recipe
    }

    /// How many windows a video is seen through.
    public func windowCount(_ video: VideoInput) -> Int { windows(video).ranges.count }

    /// The moments of a video that a sentence describes, best first, and the clips' curves.
    ///
    /// The model is left outside training mode.
    public func callAsFunction(_ video: VideoInput, _ sentence: SentenceInput) -> Grounding {
        let endpoints = recipe.temporalEndpoints ? 2 : 0
        precondition(
            video.clips.size(1) + endpoints == recipe.videoWidth && sentence.words.size(1) == recipe.textWidth,
            "features \(video.clips.shape) and \(sentence.words.shape) are none of the model's recipe")
        model.store.isTraining = false
        let windows = windows(video)
        var answers: [Grounding] = []
        for first in stride(from: 0, to: windows.ranges.count, by: batchSize) {
            let group = first..<min(first + batchSize, windows.ranges.count)
            answers += model.ground(batch(video, sentence, windows, group).to(model.store.device))
        }
        return answers.count == 1 ? answers[0] : merged(answers, windows)
    }

    private func windows(_ video: VideoInput) -> ClipWindows {
        ClipWindows(
            count: video.clipCount, clipLength: video.clipLength, duration: video.duration, longest: recipe.maxClips)
    }

    /// Some windows with the sentence, a row a window. All are of one length.
    private func batch(
        _ video: VideoInput, _ sentence: SentenceInput, _ windows: ClipWindows, _ group: Range<Int>
    ) -> Batch {
        let clips = windows.ranges[group.lowerBound].count
        let endpoints = recipe.temporalEndpoints ? temporalEndpoints(count: clips) : nil
        let rows = group.map { index in
            let range = windows.ranges[index]
            let part = video.clips.slice(0, range.lowerBound, range.upperBound)
            return endpoints.map { .concatenated([part, $0], 1) } ?? part
        }
        let words = sentence.words.size(0)
        return Batch(
            video: .stacked(rows), clipCounts: group.map { _ in clips },
            text: .stacked(group.map { _ in sentence.words }), wordCounts: group.map { _ in words },
            pooledText: sentence.pooled.map { pooled in .stacked(group.map { _ in pooled }) },
            queries: group.map { index in
                Query(
                    id: sentence.id, text: sentence.text, video: video.name, duration: windows.span(index).length,
                    clipLength: video.clipLength)
            })
    }

    private func merged(_ answers: [Grounding], _ windows: ClipWindows) -> Grounding {
        let spans = windows.ranges.indices.map { windows.span($0) }
        let moments = zip(answers, spans).map { answer, span in
            answer.moments.map {
                RankedMoment(
                    Span($0.span.start + span.start, $0.span.end + span.start), score: $0.score, logit: $0.logit)
            }
        }
        let relevance = answers.compactMap(\.relevance)
        return Grounding(
            moments: MomentMerging(reach: windows.clipLength)(moments, windows: spans),
            saliency: windows.blended(answers.map(\.saliency)),
            relevance: relevance.count == answers.count ? windows.blended(relevance) : nil)
    }
}
