import Foundation
import Torch

/// Spoils pictures roughly as a lossy codec does: blocks of 8×8 pixels lose what is fine, the more so the finer.
///
/// The discrete cosine transform of each block is divided by steps that grow with the frequency, rounded, and multiplied
/// again; every picture has a strength of its own.
struct CodecNoise {
    /// 8×8: cosines, orthonormal.
    private let transform: Tensor
    /// 8×8: how coarse each frequency is, the mean brightness's step being 1.
    private let steps: Tensor
    /// The coarsest step of a mean brightness, of 255.
    private let strongest: Double

    /// - Parameters:
    ///   - share: How much is spoiled, from 0 to 1.
    ///   - device: Where the pictures lie.
    init(share: Double, device: Device = .cpu) {
        strongest = 14 * share
        let numbers = Array(0..<8)
        transform = Tensor(numbers.map { row in numbers.map { Self.cosine(row, $0) } }).to(device)
        steps = Tensor(numbers.map { row in numbers.map { Float(1 + 0.5 * Double($0 + row)) } }).to(device)
    }

    /// A frequency's cosine at a place; rows of these are orthonormal.
    private static func cosine(_ frequency: Int, _ place: Int) -> Float {
        let length: Double = frequency == 0 ? 0.125 : 0.25
        let angle: Double = .pi * (Double(place) + 0.5) * Double(frequency) / 8
        return Float(length.squareRoot() * cos(angle))
    }

    /// Bytes N×H×W×3, of sizes that 8 divides → the same, spoiled.
    ///
    /// - Parameter random: Draws each picture's strength, and whether it is spoiled at all.
    func callAsFunction(_ frames: Tensor, _ random: RandomSource) -> Tensor {
        guard strongest > 0 else { return frames }
        return withoutGradient {
            let (count, height, width) = (frames.size(0), frames.size(1), frames.size(2))
            // Below zero stays as it is: a quarter of the pictures.
            let strength =
                random.uniform([count, 1, 1, 1, 1, 1], -0.33, 1, device: frames.device).clamped(min: 0.02) * strongest
            let blocks = frames.to(.float32).reshaped(count, height / 8, 8, width / 8, 8, 3).permuted(0, 1, 3, 5, 2, 4)
            let step = strength * steps
            let spectrum = transform.matmul(blocks).matmul(transform.transposed())
            let coarse = (spectrum / step).rounded() * step
            let spoiled = transform.transposed().matmul(coarse).matmul(transform)
            return spoiled.permuted(0, 1, 4, 2, 5, 3).reshaped(count, height, width, 3).rounded()
                .clamped(min: 0, max: 255).to(.uint8).contiguous()
        }
    }
}
