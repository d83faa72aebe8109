import Torch

/// One-dimensional convolutions along a video's clips with ReLU between them (`layers.0`, `layers.1`, …).
///
/// With a mask every layer sees zeros beyond a video's own clips, so that its last clips do not depend on what it is
/// batched with.
public struct ConvolutionHead {
    /// out×in×kernel and out of each layer, first to last.
    public let layers: [(weight: Tensor, bias: Tensor)]

    /// Makes the layers.
    ///
    /// - Parameters:
    ///   - scope: The place of the names `layers.0`, `layers.1`, ….
    ///   - width: d, of the input and between the layers.
    ///   - outputs: Numbers a clip that the last layer gives.
    ///   - layers: How many there are.
    ///   - kernel: Clips that a layer sees at once; an odd number, so that as many come out as go in.
    ///   - bias: Where the biases of the last layer start; nil for PyTorch's random ones.
    public init(_ scope: Scope, width: Int, outputs: Int, layers: Int, kernel: Int, bias: Double? = nil) {
        self.layers = (0..<layers).map { index in
            let place = scope / "layers" / index
            let isLast = index == layers - 1
            let bound = 1 / Double(width * kernel).squareRoot()
            let start = isLast ? bias.map { Initializer.constant($0) } : nil
            return (
                weight: place.parameter("weight", [isLast ? outputs : width, width, kernel], .fanIn),
                bias: place.parameter("bias", [isLast ? outputs : width], start ?? .uniform(bound: bound))
            )
        }
    }

    /// B×L×d → B×L×outputs.
    ///
    /// - Parameters:
    ///   - clips: B×L×d.
    ///   - mask: B×L, `bool`: true for a video's own clips; nil when all are, or when padding is to be seen.
    public func callAsFunction(_ clips: Tensor, mask: Tensor?) -> Tensor {
        var x = clips
        for (index, layer) in layers.enumerated() {
            let kernel = layer.weight.size(-1)
            x = x.withoutPadding(mask).clipConvolution(layer.weight, layer.bias, padding: kernel / 2)
            if index < layers.count - 1 { x = x.relu() }
        }
        return x
    }
}
