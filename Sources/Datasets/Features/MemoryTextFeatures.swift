import TensorFiles
import Torch

extension TextFeatures {
    /// A sentence's features that lie in memory, as a model wants them: the numbers are those that a file with the same
    /// features would give.
    ///
    /// - Parameters:
    ///   - words: N×D, one row a word (token).
    ///   - pooled: D, one vector for the sentence.
    ///   - settings: How they become a model's input.
    ///   - query: The sentence, for messages.
    /// - Precondition: There is at least one word.
    public init(words: Tensor, pooled: Tensor? = nil, settings: FeatureSettings, query: String) {
        precondition(words.rank == 2 && words.size(0) > 0, "words × width, and not \(words.shape)")
        let key = FeatureKey(video: "–", query: query, duration: 0)
        func rows(_ tensor: Tensor, _ count: Int) -> FileRows {
            let array = FoundArray(tensor: StoredTensor(tensor.to(.float32)), file: query)
            return FileRows([array], count: count, normalised: settings.normalised, .text, key)
        }
        self.init(
            words: rows(words, min(words.size(0), settings.maxWords ?? .max)),
            pooled: pooled.map { rows($0.reshaped(1, $0.count), 1) })
    }
}
