import Batches
import Torch

/// The points of a batch's clips from which distances are measured, as shares of each video.
struct ClipAnchors {
    /// One number a clip, in single precision as the reference compares them.
    let values: [[Float]]
    /// B×L; 0 beyond a video's own clips.
    let tensor: Tensor
    private let anchor: ClipAnchor

    /// The same of another batch of the same width.
    func of(_ batch: Batch) -> ClipAnchors {
        ClipAnchors(batch, clips: tensor.size(1), anchor: anchor, dtype: tensor.dtype, device: tensor.device)
    }

    init(_ batch: Batch, clips: Int, anchor: ClipAnchor, dtype: DType, device: Device) {
        self.anchor = anchor
        values = zip(batch.queries, batch.clipCounts).map { query, count in
            let shift = anchor == .published ? Float(query.clipLength / 2) : 0.5
            return (0..<count).map { (Float($0) + shift) / Float(count) }
        }
        let padded = values.flatMap { $0 + [Float](repeating: 0, count: clips - $0.count) }
        tensor = Tensor(padded, shape: [values.count, clips]).to(dtype, device)
    }
}

/// What the heads of a UniVTG are to say at each clip.
///
/// A clip whose anchor lies in a moment answers for it, for the last of several in the annotation's order. A query whose
/// moments hold no anchor at all, being too short, gets the clip in which its first moment begins.
public struct UniVTGTargets {
    /// B×L×2: the clip's moment, (start, end) as shares of the clips' whole length; zeros where it has none.
    public let spans: Tensor
    /// B×L, `bool`: whether the clip answers for a moment.
    public let inside: Tensor

    init(_ moments: [[Span]], _ batch: Batch, _ anchors: ClipAnchors) {
        var (spans, inside): ([Float], [Bool]) = ([], [])
        let width = anchors.tensor.size(1)
        for (row, query) in batch.queries.enumerated() {
            let whole = Float(Double(batch.clipCounts[row]) * query.clipLength)
            let windows = moments[row].map { (start: Float($0.start) / whole, end: Float($0.end) / whole) }
            var own = anchors.values[row].map { anchor in
                windows.last { $0.start <= anchor && anchor <= $0.end }
            }
            if own.allSatisfy({ $0 == nil }), let window = windows.first, !own.isEmpty {
                let clip = Int(max(0, min(moments[row][0].start / query.clipLength, Double(own.count - 1))))
                own[clip] = window
            }
            own += [(start: Float, end: Float)?](repeating: nil, count: width - own.count)
            spans += own.flatMap { [$0?.start ?? 0, $0?.end ?? 0] }
            inside += own.map { $0 != nil }
        }
        let (dtype, device) = (anchors.tensor.dtype, anchors.tensor.device)
        self.spans = Tensor(spans, shape: [moments.count, width, 2]).to(dtype, device)
        self.inside = Tensor(inside, shape: [moments.count, width]).to(device)
    }
}
