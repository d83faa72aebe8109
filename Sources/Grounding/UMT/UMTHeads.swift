import Batches
import Torch

/// What each clip says: its saliency, and whether it is a moment's centre, with the moment's length.
struct UMTHeads {
    let saliency: Linear?
    let center, window, offset: Linear?

    /// The heads are numbered in this order among those that there are.
    init(_ scope: Scope, _ configuration: UMTConfiguration, _ parts: UMTParts) {
        let first = scope / 0
        saliency = configuration.predictsSaliency ? parts.linear(first / "saliency_pred", parts.width, 1) : nil
        let second = configuration.predictsSaliency ? scope / 1 : first
        func boundary(_ name: String) -> Linear? {
            configuration.predictsMoments ? parts.linear(second / name, parts.width, 1) : nil
        }
        center = boundary("center_pred")
        window = boundary("window_pred")
        offset = boundary("offset_pred")
    }

    /// B×L×d → one number a clip and head.
    func callAsFunction(_ clips: Tensor, mask: Tensor) -> UMTOutput {
        func one(_ layer: Linear?) -> Tensor? { layer.map { $0(clips).squeezed(-1) } }
        var boundaries: UMTOutput.Boundaries?
        if let center = one(center), let window = one(window), let offset = one(offset) {
            boundaries = UMTOutput.Boundaries(centers: center, windows: window, offsets: offset)
        }
        return UMTOutput(saliency: one(saliency), boundaries: boundaries, mask: mask)
    }
}

/// What a UMT says about a batch.
public struct UMTOutput {
    /// Moments by their centres.
    public struct Boundaries {
        /// B×L: whether a moment's centre lies in a clip, before the sigmoid.
        public let centers: Tensor
        /// B×L: the moment's length in clips, less one.
        public let windows: Tensor
        /// B×L: how far behind the clip's number the centre lies, in clips.
        public let offsets: Tensor
    }

    /// B×L: saliency before the sigmoid; nil where it is not predicted.
    public let saliency: Tensor?
    /// Nil where moments are not predicted.
    public let boundaries: Boundaries?
    /// B×L, `bool`: true for a video's own clips.
    public let mask: Tensor
}

extension UMTOutput: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> UMTOutput {
        UMTOutput(
            saliency: saliency.map(all),
            boundaries: boundaries.map {
                Boundaries(centers: all($0.centers), windows: all($0.windows), offsets: all($0.offsets))
            }, mask: all(mask))
    }
}
