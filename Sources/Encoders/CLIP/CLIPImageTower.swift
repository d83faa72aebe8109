import Torch

/// The parameters of a vision transformer over square patches and a class token; ``CLIPImageEncoder`` computes with them.
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
}
