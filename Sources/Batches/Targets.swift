import Torch

/// The ground truth of a batch.
public struct Targets: Sendable {
    /// The moments of each query, in seconds, in the annotation's order.
    public let moments: [[Span]]
    /// B×L, `bool`: true for clips that lie in one of the query's moments. False beyond a video's own clips.
    public let inMoment: Tensor
    /// B×L: the annotators' saliency of each clip, averaged, 0…4; 0 outside the moments. Nil where the data set has none.
    public let saliency: Tensor?

    /// Makes targets.
    public init(moments: [[Span]], inMoment: Tensor, saliency: Tensor? = nil) {
        self.moments = moments
        self.inMoment = inMoment
        self.saliency = saliency
    }

    /// The same targets with their tensors on a device.
    public func to(_ device: Device) -> Targets {
        Targets(moments: moments, inMoment: inMoment.to(device), saliency: saliency?.to(device))
    }
}
