import Torch

/// From a whole picture to CLIP's square, as OpenAI's own code does it: the shorter side is scaled to the square's, and the
/// middle is kept.
///
/// It differs by about half a grey level from what the published video features were made with, which is FFmpeg's scaling;
/// use this one for pictures that are compared with OpenAI's results.
public struct ImagePreprocessing: Hashable, Sendable {
    /// Pixels of the square's side.
    public let side: Int

    /// Makes the step for squares of `side` pixels.
    public init(side: Int = 224) {
        precondition(side > 0, "a square of \(side) pixels")
        self.side = side
    }

    /// H×W×3 (`uint8`) → side×side×3 (`uint8`).
    public func square(_ image: Tensor) -> Tensor {
        precondition(
            image.dtype == .uint8 && image.rank == 3 && image.size(2) == 3 && image.count > 0,
            "an image is height×width×3 bytes, and not \(image.shape) of \(image.dtype)")
        let (height, width) = (image.size(0), image.size(1))
        let (scaledHeight, scaledWidth) = scaled(height: height, width: width)
        let across = AntialiasedBicubic(input: width, output: scaledWidth, kept: kept(scaledWidth))
        let down = AntialiasedBicubic(input: height, output: scaledHeight, kept: kept(scaledHeight))
        let narrow = across.columns(image.elements(), height: height, width: width)
        return Tensor(down.rows(narrow, width: side), shape: [side, side, 3])
    }

    /// H×W×3 (`uint8`) → 1×3×side×side (`float32`), what ``CLIP/encode(images:)`` takes.
    public func callAsFunction(_ image: Tensor) -> Tensor {
        FrameNormalization.openAI(square(image).unsqueezed(0))
    }

    /// Sizes after scaling. The longer side is cut, not rounded.
    private func scaled(height: Int, width: Int) -> (height: Int, width: Int) {
        width <= height
            ? (side * height / width, side)
            : (side, side * width / height)
    }

    /// The middle of a scaled side; of two middles the even offset.
    private func kept(_ length: Int) -> Range<Int> {
        let offset = Int((Double(length - side) / 2).rounded(.toNearestOrEven))
        return offset..<(offset + side)
    }
}
