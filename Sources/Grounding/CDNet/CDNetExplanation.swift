import Batches
import Torch

/// What a CDNet saw in one query, as in the paper's Figures 4 (a) and 5: the scores of the clips, which words each clip
/// looked at, and where the sampled points moved.
public struct CDNetExplanation: Sendable {
    /// A point of the denoising: where the grid has it, and where the model moved it. Seconds.
    public struct Point: Hashable, Sendable {
        /// The group of channels that looks there.
        public let group: Int
        /// The place on the plain grid.
        public let grid: Double
        /// The place after the learned offset (eq. 8), inside the video.
        public let moved: Double
    }

    /// f of each clip, 0…1: whether it lies in a moment.
    public let confidence: [Double]
    /// S of each clip (eq. 7); nil without a relevance score.
    public let relevance: [Double]?
    /// For each clip the share of its attention to each word (eq. 3), the mean of the heads; a clip's shares add up to 1.
    /// Nil where the model has no such attention.
    public let wordAttention: [[Double]]?
    /// What each word counts in the pooled sentence Q; they add up to 1.
    public let wordWeights: [Double]
    /// The sampled points, group after group; empty without denoising.
    public let points: [Point]
}

extension CDNet {
    /// Explains each query of a batch. Records no gradients, and draws no dropout.
    public func explanations(of batch: Batch) -> [CDNetExplanation] {
        let wasTraining = store.isTraining
        store.isTraining = false
        defer { store.isTraining = wasTraining }
        return withoutGradient {
            let output = forward(batch)
            let input = TrimmedBatch(
                batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
            let text = textProjection(input.text)
            let attention = disentanglement.wordAttention.map {
                Rows($0.weights(query: output.video, key: text, mask: input.textMask))
            }
            let pooled = Rows(disentanglement.pooling.weights(text, mask: input.textMask).unsqueezed(1))
            let confidence = Rows(output.logits.sigmoid().unsqueezed(1))
            let relevance = output.relevance.map { Rows($0.unsqueezed(1)) }
            let moved = output.points?.times(batch.queries)
            let grid = SampledPoints.plainGrid(
                clipCounts: batch.clipCounts, ratio: configuration.samplingRatio,
                points: configuration.referencePoints
            ).times(batch.queries)
            return batch.queries.indices.map { row in
                let clips = batch.clipCounts[row]
                let words = min(batch.wordCounts[row], configuration.maxWords)
                return CDNetExplanation(
                    confidence: confidence[row, 0, clips], relevance: relevance?[row, 0, clips],
                    wordAttention: attention.map { rows in (0..<clips).map { rows[row, $0, words] } },
                    wordWeights: pooled[row, 0, words],
                    points: moved.map { Self.points($0[row], grid: grid[row]) } ?? [])
            }
        }
    }

    private static func points(_ moved: [Double], grid: [Double]) -> [CDNetExplanation.Point] {
        moved.enumerated().map { index, place in
            CDNetExplanation.Point(group: index / grid.count, grid: grid[index % grid.count], moved: place)
        }
    }

    /// A tensor B×R×C as numbers, of which rows are cut to their own length.
    private struct Rows {
        private let values: [Double]
        private let rows, columns: Int

        init(_ tensor: Tensor) {
            values = tensor.doubles()
            (rows, columns) = (tensor.size(1), tensor.size(2))
        }

        subscript(_ item: Int, _ row: Int, _ count: Int) -> [Double] {
            let first = (item * rows + row) * columns
            return Array(values[first..<(first + count)])
        }
    }
}
