import Torch

/// The two heads of section 3.3: for each clip a confidence and the distances to its moment's ends.
public struct MomentHeads {
    /// d → 1: f_i before the sigmoid.
    public let confidence: ConvolutionHead
    /// d → 2: l_i and r_i before the sigmoid.
    public let boundaries: ConvolutionHead

    /// Makes the heads.
    public init(_ scope: Scope, _ configuration: CDNetConfiguration) {
        func head(_ name: String, _ outputs: Int, _ bias: Double) -> ConvolutionHead {
            ConvolutionHead(
                scope / name, width: configuration.hiddenSize, outputs: outputs, layers: configuration.headLayers,
                kernel: configuration.headKernel, bias: bias)
        }
        confidence = head("confidence", 1, 0)
        // A tenth of the duration to each side: near a usual moment's, where the middle of the sigmoid is not.
        boundaries = head("boundaries", 2, -2.2)
    }

    /// B×L×d → logits of f, B×L, and (l, r) as shares of the duration, B×L×2.
    ///
    /// The distances go through a sigmoid (restored, as UniVTG), so that they are never negative nor beyond the video.
    ///
    /// - Parameters:
    ///   - clips: What the localizer makes of the clips: B×L×d.
    ///   - mask: B×L, `bool`: true for a video's own clips; nil when all are.
    public func callAsFunction(_ clips: Tensor, mask: Tensor?) -> (logits: Tensor, boundaries: Tensor) {
        (confidence(clips, mask: mask).squeezed(-1), boundaries(clips, mask: mask).sigmoid())
    }
}
