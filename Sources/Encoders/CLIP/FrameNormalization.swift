import Torch

/// From bytes of pixels to what a network sees: (x/255 − mean) / deviation, channel by channel.
public struct FrameNormalization: Hashable, Sendable, Codable {
    /// Red, green, blue; in parts of 255.
    public let mean, deviation: [Double]
    /// Added to the deviation: a trace of the extractors' code that the published features carry.
    public let epsilon: Double

    /// Makes a normalisation.
    public init(mean: [Double], deviation: [Double], epsilon: Double) {
        precondition(mean.count == 3 && deviation.count == 3, "three channels")
        self.mean = mean
        self.deviation = deviation
        self.epsilon = epsilon
    }

    /// CLIP's, as the extractors of the published features have it.
    public static let clip = FrameNormalization(
        mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711], epsilon: 1e-8)

    /// CLIP's, as OpenAI's own code has it.
    public static let openAI = FrameNormalization(mean: clip.mean, deviation: clip.deviation, epsilon: 0)

    /// Bytes N×H×W×3 (`uint8`) → N×3×H×W (`float32`).
    public func callAsFunction(_ frames: Tensor) -> Tensor {
        let mean = Tensor(mean.map { Float($0) }).to(frames.device)
        let scale = Tensor(deviation.map { Float($0 + epsilon) }).to(frames.device)
        return withoutGradient {
            ((frames.to(.float32) / 255 - mean) / scale).permuted(0, 3, 1, 2).contiguous()
        }
    }
}
