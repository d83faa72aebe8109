import Batches
import Torch

/// What a CDNet makes of a batch. L is the longest video of the batch, N the longest sentence.
public struct CDNetOutput {
    /// f before the sigmoid, B×L: whether a clip lies in a moment.
    public let logits: Tensor
    /// (l, r) of each clip as shares of the duration, B×L×2, never negative.
    public let boundaries: Tensor
    /// Moments [c_i − l_i, c_i + r_i] as (start, end) shares of the duration, B×L×2, not yet clamped to the video.
    public let spans: Tensor
    /// V, the projected clips, B×L×d; zero beyond a video's own.
    public let video: Tensor
    /// Q, the pooled sentence, B×d.
    public let query: Tensor
    /// T̂ of eq. 3, the words as each clip sees them, B×L×d; nil where neither the token loss nor the relevance score
    /// needs it.
    public let wordsByClip: Tensor?
    /// S of eq. 7, B×L, zero beyond a video's own clips; nil without a relevance score.
    public let relevance: Tensor?
    /// Where the denoising looked; nil without it.
    public let points: SampledPoints?
    /// B×L, `bool`: true for a video's own clips; nil when all are.
    public let mask: Tensor?
    /// c_i, B×L.
    let centers: ClipCenters
}

extension CDNetOutput: RowOutput {
    /// Without the points, which no loss needs.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> CDNetOutput {
        CDNetOutput(
            logits: all(logits), boundaries: all(boundaries), spans: all(spans), video: all(video), query: all(query),
            wordsByClip: wordsByClip.map(all), relevance: relevance.map(all), points: nil, mask: mask.map(all),
            centers: ClipCenters(batch, clips: logits.size(1), dtype: logits.dtype, device: logits.device))
    }
}
