import Batches
import Torch

/// The points of a batch's clips from which distances are measured, as shares of each video.
struct ClipAnchors {
    /// B×L; 0 beyond a video's own clips.
    let tensor: Tensor
    private let anchor: ClipAnchor

    init(_ batch: Batch, clips: Int, anchor: ClipAnchor, dtype: DType, device: Device) {
        self.anchor = anchor
        tensor = batch.placed(on: device) { batch in
            let padded = Self.values(batch, anchor).flatMap { $0 + [Float](repeating: 0, count: clips - $0.count) }
            return Tensor(padded, shape: [batch.count, clips]).to(dtype)
        }
    }

    /// The same of another batch of the same width.
    func of(_ batch: Batch) -> ClipAnchors {
        ClipAnchors(batch, clips: tensor.size(1), anchor: anchor, dtype: tensor.dtype, device: tensor.device)
    }

    /// One number a clip, in single precision as the reference compares them.
    func values(of batch: Batch) -> [[Float]] { Self.values(batch, anchor) }

    private static func values(_ batch: Batch, _ anchor: ClipAnchor) -> [[Float]] {
        zip(batch.queries, batch.clipCounts).map { query, count in
            let shift = anchor == .published ? Float(query.clipLength / 2) : 0.5
            return (0..<count).map { (Float($0) + shift) / Float(count) }
        }
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

    /// Those of a batch with targets.
    init(_ batch: Batch, _ anchors: ClipAnchors) {
        func targets(_ batch: Batch) -> (spans: Tensor, inside: Tensor) {
            guard let moments = batch.targets?.moments else { preconditionFailure("a loss needs a batch with targets") }
            return Self.make(moments, batch, anchors)
        }
        spans = batch.placed(on: anchors.tensor.device) { targets($0).spans }
        inside = batch.placed(on: anchors.tensor.device) { targets($0).inside }
    }

    /// Those of moments in seconds.
    init(_ moments: [[Span]], _ batch: Batch, _ anchors: ClipAnchors) {
        let (spans, inside) = Self.make(moments, batch, anchors)
        self.spans = spans.to(anchors.tensor.device)
        self.inside = inside.to(anchors.tensor.device)
    }

    private static func make(
        _ moments: [[Span]], _ batch: Batch, _ anchors: ClipAnchors
    ) -> (spans: Tensor, inside: Tensor) {
        var (spans, inside): ([Float], [Bool]) = ([], [])
        let width = anchors.tensor.size(1)
        let values = anchors.values(of: batch)
        for (row, query) in batch.queries.enumerated() {
            let whole = Float(Double(batch.clipCounts[row]) * query.clipLength)
            let windows = moments[row].map { (start: Float($0.start) / whole, end: Float($0.end) / whole) }
            var own = values[row].map { anchor in
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
        return (
            Tensor(spans, shape: [moments.count, width, 2]).to(anchors.tensor.dtype),
            Tensor(inside, shape: [moments.count, width])
        )
    }
}
