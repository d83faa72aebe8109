import Batches
import Torch

/// A batch as a model takes it: cut to its own longest video and sentence, of the parameters' type.
///
/// A part of a batch is cut and padded as the whole one, so that a row's numbers are the same in both.
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
    private let whole: (clipCounts: [Int], wordCounts: [Int])

    init(_ batch: Batch, maxWords: Int, dtype: DType, device: Device) {
        whole = batch.whole
        let clips = batch.fixedSize?.clips ?? whole.clipCounts.max() ?? 0
        let words = min(batch.fixedSize?.words ?? whole.wordCounts.max() ?? 0, maxWords)
        func placed(_ width: Int, _ tensor: @escaping (Batch) -> Tensor) -> Tensor {
            batch.placed(on: device, width: width) { tensor($0).slice(1, 0, width) }
        }
        video = placed(clips, \.video).to(dtype)
        text = placed(words, \.text).to(dtype)
        videoMask = placed(clips, \.videoMask)
        textMask = placed(words, \.textMask)
        let mayBeFull = batch.fixedSize == nil
        videoPadding = mayBeFull && whole.clipCounts.allSatisfy { $0 == clips } ? nil : videoMask
        textPadding = mayBeFull && whole.wordCounts.allSatisfy { $0 >= words } ? nil : textMask
    }

    /// Clips of the longest video.
    var clips: Int { video.size(1) }

    /// Whether any clip or word is padding.
    var isPadded: Bool { videoPadding != nil || textPadding != nil }

    /// ``videoPadding`` and ``textPadding`` with the rows of the whole batch.
    var wholePadding: (video: Tensor?, text: Tensor?) {
        func mask(_ counts: [Int], _ own: Tensor?) -> Tensor? {
            own.map { Batch.mask(counts, width: $0.size(1), device: $0.device) }
        }
        return (mask(whole.clipCounts, videoPadding), mask(whole.wordCounts, textPadding))
    }

    /// B×(L+N), `bool`, clips before words; nil where nothing is padded and attention needs no mask.
    var tokenPadding: Tensor? { isPadded ? .concatenated([videoMask, textMask], 1) : nil }
}
