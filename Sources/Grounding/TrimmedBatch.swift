import Batches
import Torch

/// A batch as a model takes it: cut to its own longest video and sentence, of the parameters' type.
struct TrimmedBatch {
    /// B×L×D_v.
    let video: Tensor
    /// B×N×D_t.
    let text: Tensor
    /// B×L, `bool`.
    let videoMask: Tensor
    /// B×N, `bool`.
    let textMask: Tensor
    /// `videoMask`, or nil where no clip is padding.
    let videoPadding: Tensor?
    /// `textMask`, or nil where no word is padding.
    let textPadding: Tensor?

    init(_ batch: Batch, maxWords: Int, dtype: DType, device: Device) {
        let clips = batch.clipCounts.max() ?? 0
        let words = min(batch.wordCounts.max() ?? 0, maxWords)
        video = batch.video.slice(1, 0, clips).to(dtype, device)
        text = batch.text.slice(1, 0, words).to(dtype, device)
        videoMask = batch.videoMask.slice(1, 0, clips).to(device)
        textMask = batch.textMask.slice(1, 0, words).to(device)
        videoPadding = batch.clipCounts.allSatisfy { $0 == clips } ? nil : videoMask
        textPadding = batch.wordCounts.allSatisfy { $0 >= words } ? nil : textMask
    }

    /// Clips of the longest video.
    var clips: Int { video.size(1) }

    /// Whether any clip or word is padding.
    var isPadded: Bool { videoPadding != nil || textPadding != nil }

    /// B×(L+N), `bool`, clips before words; nil where nothing is padded and attention needs no mask.
    var tokenPadding: Tensor? { isPadded ? .concatenated([videoMask, textMask], 1) : nil }
}
