import TensorFiles
import Torch

/// Vectors as clips of videos have them: few directions matter, and a clip is like the one before it.
///
/// A video is 50 places around its own in a space of few dimensions, which a fixed layer takes to the vectors' width, with
/// some noise. They are generated, and no features of videos.
public struct GeneratedClips: Sendable {
    private static let clips = 50

    /// Numbers a vector.
    public let width: Int
    private let inner: Int
    private let seed: UInt64

    /// Says how wide they are, and how many directions matter.
    public init(width: Int = 512, inner: Int = 32, seed: UInt64 = 3) {
        (self.width, self.inner, self.seed) = (width, inner, seed)
    }

    /// Clips of videos of 50 each, in half precision and of length 1: count×width.
    ///
    /// - Parameter part: Other parts hold other videos.
    public func vectors(_ count: Int, part: Int = 0) -> StoredTensor {
        let videos = (count + Self.clips - 1) / Self.clips
        let places = normal([videos, 1, inner], part, 0)
        let around = places + normal([videos, Self.clips, inner], part, 1) * 0.4
        let clips = around.reshaped([videos * Self.clips, inner]).slice(0, 0, count)
        return StoredTensor((raised(clips) + normal([count, width], part, 2) * 0.1).normalized().to(.float16))
    }

    /// Sentences about other videos of the same kind, each with as much of its own as it shares with them.
    public func sentences(_ count: Int, part: Int = 0) -> [[Float]] {
        let meant = raised(normal([count, inner], part, 3)).normalized()
        return Self.rows(meant + normal([count, width], part, 4) * (1 / Double(width)).squareRoot())
    }

    /// Sentences that lie apart from all clips, as CLIP's texts lie apart from its pictures: they share a direction that has
    /// nothing to do with what they mean, each has much of its own, and its cosine with the clips it means is near 0.3.
    public func distantSentences(_ count: Int, part: Int = 0) -> [[Float]] {
        let meant = raised(normal([count, inner], part, 5)).normalized()
        let apart = Tensor.normal([1, width], seed: seed &+ 1, stream: 1).normalized()
        let own = normal([count, width], part, 6).normalized()
        return Self.rows(meant * 0.35 + apart * 0.75 + own * 0.55)
    }

    private static func rows(_ vectors: Tensor) -> [[Float]] {
        let (numbers, width) = (vectors.floats(), vectors.size(1))
        return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
    }

    private func normal(_ shape: [Int], _ part: Int, _ stream: UInt64) -> Tensor {
        .normal(shape, seed: seed, stream: UInt64(part) * 8 + stream)
    }

    private func raised(_ places: Tensor) -> Tensor {
        let layer = Tensor.normal([inner, width], seed: seed &+ 1, stream: 0)
        return (places.matmul(layer) * (1.5 / Double(inner).squareRoot())).tanh()
    }
}
