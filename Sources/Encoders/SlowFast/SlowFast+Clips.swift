import Torch

extension SlowFast {
    /// The features of several clips: T×H×W×3 each → clips×2304.
    ///
    /// Each processor core works through clips of its own. That takes less time than one clip after the other on all cores, as
    /// no core waits for another, and the memory of one clip's activations for each core. The numbers are those of
    /// ``encode(clip:)`` up to rounding.
    public func encode(clips: [Tensor]) -> Tensor {
        .stacked(oneThreadEach(clips.count) { encode(clip: clips[$0]) })
    }
}
