import Batches
import Foundation
import Grounding
import Torch

/// Finds moments without any training: CLIP alone compares each clip's picture with the sentence.
///
/// It is the paper's CLIP row, for one video. The same input always gives the same answer. Its cost is linear in the
/// video's length; no windows are needed, as nothing was trained on a length.
public struct ZeroShotFinder {
    /// The cosine that counts as one half. CLIP's cosines of pictures with sentences that fit lie mostly above it, with
    /// others below.
    public static let middle = 0.25
    /// How steeply a score rises with the cosine: 0.05 more or less than the middle gives 0.88 and 0.12.
    public static let slope = 40.0

    /// An answer, and what its scores were made from.
    public struct Answer: Sendable {
        /// Moments with scores 0…1, best first; the clips' cosines as saliency, their scores as relevance.
        public let grounding: Grounding
        /// The cosine behind each moment's score.
        public let cosines: [Double]
    }

    /// Makes the finder.
    public init() {}

    /// A cosine as a score: 1 / (1 + exp(−40 · (cosine − 0.25))). A convention that keeps the order, and no probability.
    public static func score(cosine: Double) -> Double {
        1 / (1 + Foundation.exp(-slope * (cosine - middle)))
    }

    /// The moments that a sentence describes.
    ///
    /// - Parameters:
    ///   - clips: CLIP's picture features, L×512; normalised or not.
    ///   - sentence: CLIP's vector of the sentence, 512.
    ///   - query: What is asked, with the video's duration and clip length.
    /// - Throws: `ConfigurationError` where there are no columns.
    /// - Precondition: Both are of one width, and finite.
    public func callAsFunction(clips: Tensor, sentence: Tensor, query: Query) throws -> Answer {
        precondition(
            clips.rank == 2 && sentence.count == clips.size(1),
            "pictures \(clips.shape) and a sentence \(sentence.shape) do not share a space")
        let baseline = try ZeroShotSimilarity(ZeroShotConfiguration(columns: 0..<clips.size(1)))
        let pooled = sentence.reshaped(1, sentence.count)
        let found = baseline.ground(
            Batch(
                video: clips.unsqueezed(0), clipCounts: [clips.size(0)], text: pooled.unsqueezed(0), wordCounts: [1],
                pooledText: pooled, queries: [query]))[0]
        return Answer(
            grounding: Grounding(
                moments: found.moments.map { RankedMoment($0.span, score: Self.score(cosine: $0.score)) },
                saliency: found.saliency, relevance: found.saliency.map(Self.score)),
            cosines: found.moments.map(\.score))
    }
}
