import Batches
import Datasets
import Finding
import Grounding
import Torch

/// A trained model as the second stage of a search.
public struct ModelGrounder: StretchGrounder {
    private let finder: Finder
    private let sentence: SentenceInput

    /// Asks a model for a sentence.
    public init(_ finder: Finder, sentence: SentenceInput) {
        self.finder = finder
        self.sentence = sentence
    }

    /// As long as the videos that it learned from.
    public var longestStretch: Int? { finder.recipe.maxClips }

    /// The model's moments; see ``StretchGrounder``.
    ///
    /// - Throws: `FeatureMismatch` where the library was encoded otherwise than the model's features.
    public func moments(in stretch: EncodedStretch) throws -> [RankedMoment] {
        let input = try VideoInput(stretch.video, name: "stretch", recipe: finder.recipe)
        return finder(input, sentence).moments
    }
}

/// CLIP's similarity alone as the second stage of a search.
public struct ZeroShotGrounder: StretchGrounder {
    private let sentence: Tensor
    private let component: String

    /// Compares with a sentence.
    ///
    /// - Parameters:
    ///   - sentence: CLIP's vector of it.
    ///   - component: The component of the videos that has CLIP's pictures.
    public init(sentence: Tensor, component: String) {
        self.sentence = sentence
        self.component = component
    }

    /// Any: nothing was trained on a length.
    public var longestStretch: Int? { nil }

    /// Runs of clips that are like the sentence; see ``StretchGrounder``.
    public func moments(in stretch: EncodedStretch) throws -> [RankedMoment] {
        guard let pictures = stretch.video[component]?.features else { return [] }
        let query = Query(
            id: "search", text: "", video: "stretch", duration: stretch.video.duration,
            clipLength: stretch.video.clipLength)
        return try ZeroShotFinder()(clips: pictures, sentence: sentence, query: query).grounding.moments
    }
}
