import Datasets
import Torch

/// A sentence as a model's features, normalised as the model wants them.
public struct SentenceInput: Sendable {
    /// Its identifier, such as an annotation's qid.
    public let id: String
    /// The sentence, for the reader.
    public let text: String
    /// N×D: one row a word (token).
    public let words: Tensor
    /// D: the whole sentence as one vector; nil where its encoder gives none.
    public let pooled: Tensor?

    /// Takes features as they are.
    public init(id: String, text: String, words: Tensor, pooled: Tensor? = nil) {
        precondition(words.rank == 2 && words.size(0) > 0, "words × width, not \(words.shape)")
        self.id = id
        self.text = text
        self.words = words
        self.pooled = pooled?.flattened()
    }

    /// What a model wants of a sentence that was encoded just now.
    ///
    /// Its numbers are rounded to half precision, as published features are stored, so that they are those of a file.
    ///
    /// - Parameters:
    ///   - words: N×D, `float32`.
    ///   - pooled: D.
    ///   - id: Its identifier, such as an annotation's qid.
    ///   - text: The sentence, for the reader and for messages.
    ///   - recipe: The model's: whether rows are normalised, and how many words it takes.
    /// - Throws: `FeatureError` where a number is not finite.
    public init(encoded words: Tensor, pooled: Tensor, id: String, text: String, recipe: FeatureRecipe) throws {
        let features = TextFeatures(
            words: words.to(.float16).to(.float32), pooled: pooled.to(.float16).to(.float32),
            settings: recipe.wholeVideo, query: text)
        try self.init(features, id: id, text: text)
    }

    /// Reads features.
    ///
    /// - Throws: `FeatureError` where a number is not finite or a file turns out to be damaged.
    public init(_ features: TextFeatures, id: String, text: String) throws {
        self.init(id: id, text: text, words: try features.words.tensor(), pooled: try features.pooled?.tensor())
    }
}
