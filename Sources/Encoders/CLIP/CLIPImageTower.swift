import Torch

/// Images to vectors: a vision transformer over square patches and a class token.
struct CLIPImageTower {
    /// width×3×patch×patch; no bias.
    let patchWeight: Tensor
    let classEmbedding: Tensor
    let positions: Tensor
    let inputNorm, outputNorm: LayerNorm
    let transformer: CLIPTransformer
    /// width×embedding: right of the vector, not left as a linear layer's.
    let projection: Tensor
    let patchSize: Int

    init(_ scope: Scope, _ configuration: CLIPConfiguration) {
        let width = configuration.visionWidth
        let deviation = 1 / Double(width).squareRoot()
        patchSize = configuration.patchSize
        patchWeight = (scope / "conv1").parameter("weight", [width, 3, patchSize, patchSize], .fanIn)
        classEmbedding = scope.parameter("class_embedding", [width], .normal(deviation: deviation))
        positions = scope.parameter(
            "positional_embedding", [configuration.patches + 1, width], .normal(deviation: deviation))
        inputNorm = LayerNorm(scope / "ln_pre", width)
        transformer = CLIPTransformer(
            scope / "transformer", width: width, layers: configuration.visionLayers, heads: configuration.visionHeads)
        outputNorm = LayerNorm(scope / "ln_post", width)
        projection = scope.parameter("proj", [width, configuration.embeddingSize], .normal(deviation: deviation))
    }

    /// N×3×S×S → N×embedding.
    func callAsFunction(_ images: Tensor) -> Tensor {
        let encoded = transformer(inputNorm(tokens(images)), causal: false)
        return outputNorm(encoded.entry(0, 1)).matmul(projection)
    }

    /// The class token and the patches with their places: N×(1 + patches)×width.
    ///
    /// The patches do not overlap, so that their convolution is one matrix product.
    func tokens(_ images: Tensor) -> Tensor {
        let count = images.size(0)
        let side = images.size(2) / patchSize
        let patches = images.reshaped(count, 3, side, patchSize, side, patchSize).permuted(0, 2, 4, 1, 3, 5)
            .reshaped(count, side * side, 3 * patchSize * patchSize)
        let embedded = patches.linear(patchWeight.reshaped(patchWeight.size(0), -1))
        let first = classEmbedding.reshaped(1, 1, -1).expanded(count, 1, classEmbedding.size(0))
        return Tensor.concatenated([first, embedded], 1) + positions
    }
}
