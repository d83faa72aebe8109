import Foundation
import Torch

/// Fixed positions for the tokens of a sequence: sines and cosines of many wavelengths, interleaved.
///
/// As in Moment-DETR: places are counted among the valid tokens, so the first has number 1, and divided by the last
/// place, so that every video spans 2π. Padding after the valid tokens repeats the last one's value.
public enum SinePosition {
    /// Positions of B×L tokens: B×L×width.
    ///
    /// - Parameters:
    ///   - mask: B×L, `bool`: true for valid tokens. Tokens within a hole repeat the last valid one before them.
    ///   - width: Size of each position; channels 2i and 2i + 1 share a wavelength.
    ///   - temperature: The ratio of the longest wavelength to the shortest.
    ///   - normalized: Whether places are divided by the last one and multiplied by 2π.
    ///   - dtype: Type of the result.
    public static func encode(
        mask: Tensor, width: Int, temperature: Double = 10_000, normalized: Bool = true, dtype: DType = .float32
    ) -> Tensor {
        withoutGradient {
            // Counted in whole numbers: sums of others have no fixed order on a GPU.
            var place = mask.to(.int64).cumulativeSum(1).to(dtype)
            if normalized { place = place / (place.slice(1, -1, .max) + 1e-6) * (2 * .pi) }
            return encode(places: place, width: width, temperature: temperature)
        }
    }

    /// Positions of numbers of any shape: …×width. Gradients flow to the numbers.
    public static func encode(places: Tensor, width: Int, temperature: Double = 10_000) -> Tensor {
        let pairs = (width + 1) / 2
        // One wavelength a pair of channels, in the places' own precision as the reference has it.
        let exponents = Tensor.range(0..<pairs, dtype: places.dtype, device: places.device) * (2 / Double(width))
        let wavelengths = Tensor(temperature, dtype: places.dtype, device: places.device).pow(exponents)
        let angles = places.unsqueezed(-1) / wavelengths
        let waves = Tensor.stacked([angles.sin(), angles.cos()], -1).reshaped(places.shape + [2 * pairs])
        return width == 2 * pairs ? waves : waves.slice(-1, 0, width)
    }
}
