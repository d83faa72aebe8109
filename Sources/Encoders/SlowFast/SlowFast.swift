import Torch

/// SlowFast (Feichtenhofer et al., 2019): what moves in a clip, as one vector.
///
/// 32 frames go through two pathways: a slow one that sees 8 of them in detail, and a fast and thin one that sees all.
/// Frames must be chosen and scaled as ``ClipFrameSampler`` and the page "How a feature is made" say.
///
///     let encoder = try SlowFast(contentsOf: URL(filePath: "SLOWFAST_8x8_R50.pkl"))
///     let feature = encoder.encode(clip: frames)      // 32×224×224×3 bytes → 2304 numbers
public final class SlowFast: Sendable {
    /// The sizes.
    public let configuration: SlowFastConfiguration
    let network: SlowFastNetwork

    /// What is subtracted from pixels of 0…1, for each channel.
    static let mean = 0.45
    /// What they are divided by then. The small number is the extractor's own.
    static let deviation = 0.225 + 1e-8

    init(_ configuration: SlowFastConfiguration, _ weights: SlowFastWeights) {
        self.configuration = configuration
        network = withoutGradient { SlowFastNetwork(configuration, weights) }
    }

    /// The network's name in a feature recipe: `slowfast-8x8-r50`, with what differs from it.
    public var identifier: String {
        let standard = SlowFastConfiguration()
        let depth =
            configuration.blocks == standard.blocks
            ? "50" : configuration.blocks.map(String.init).joined(separator: ".")
        let widths = configuration.width == standard.width && configuration.fastWidth == standard.fastWidth
        let suffix = widths ? "" : "-width-\(configuration.width)-\(configuration.fastWidth)"
        return "slowfast-\(configuration.slowFrames)x\(64 / configuration.slowFrames)-r\(depth)\(suffix)"
    }

    /// Numbers of a feature: 2304 in the published network.
    public var featureSize: Int { configuration.featureSize }

    /// The feature of one clip: T×H×W×3 in RGB, `uint8` → 2304.
    ///
    /// T must be the configuration's count of frames. Height and width are free, but published features come from 224.
    public func encode(clip: Tensor) -> Tensor {
        let shape = clip.shape
        precondition(
            clip.dtype == .uint8 && shape.count == 4 && shape[0] == configuration.frames && shape[3] == 3,
            "a clip has \(configuration.frames) frames of height×width×3 bytes, and not \(shape) of \(clip.dtype)")
        return withoutGradient { network(Self.normalized(clip)) }
    }

    /// Bytes to numbers around zero.
    static func normalized(_ clip: Tensor) -> Tensor {
        clip.to(.float32) * (1 / (255 * deviation)) - mean / deviation
    }
}
