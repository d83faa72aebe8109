import Torch

/// CLIP's image tower, prepared for inference: weights packed, and bias, activation and addition in the products' own pass.
struct CLIPImageEncoder: Sendable {
    private struct Layer: @unchecked Sendable {
        let attention: MultiheadAttention
        let attentionNorm, feedForwardNorm: LayerNorm
        let project, join, expand, contract: PackedLinear

        init(_ block: CLIPBlock, _ arithmetic: PackedLinear.Arithmetic) {
            attention = block.attention
            (attentionNorm, feedForwardNorm) = (block.attentionNorm, block.feedForwardNorm)
            project = PackedLinear(
                weight: attention.inProjectionWeight, bias: attention.inProjectionBias, arithmetic: arithmetic)
            join = PackedLinear(attention.outProjection, arithmetic: arithmetic)
            expand = PackedLinear(block.expand, arithmetic: arithmetic)
            contract = PackedLinear(block.contract, arithmetic: arithmetic)
        }

        /// N×L×d → N×L×d. The input's memory becomes the result's.
        func callAsFunction(_ x: Tensor) -> Tensor {
            let attended = join(attention.attended(project(attentionNorm(x))), adding: x)
            let expanded = expand(feedForwardNorm(attended), activation: .quickGELU)
            return contract(expanded, adding: attended)
        }
    }

    private let layers: [Layer]
    /// First and last steps stay in `float32`: they are 3 % of the work, and all else depends on them.
    private let embed, project: PackedLinear
    private let norms: Norms
    private let patchSize: Int
    /// (1 + patches)×d: the class token in the first row, and the places of all.
    private let first: Tensor
    private let positions: Tensor

    /// Layer norms hold nothing but tensors that nobody changes any more.
    private struct Norms: @unchecked Sendable {
        let input, output: LayerNorm
    }

    init(_ tower: CLIPImageTower, _ precision: EncoderPrecision) {
        layers = tower.transformer.layers.map { Layer($0, precision.arithmetic) }
        embed = PackedLinear(weight: tower.patchWeight.reshaped(tower.patchWeight.size(0), -1))
        project = PackedLinear(weight: tower.projection.transposed())
        norms = Norms(input: tower.inputNorm, output: tower.outputNorm)
        patchSize = tower.patchSize
        positions = tower.positions.detached().slice(0, 1, tower.positions.size(0)).contiguous()
        first = (tower.classEmbedding + tower.positions.entry(0, 0)).detached().reshaped(1, 1, -1)
    }

    /// N×3×S×S → N×embedding.
    func callAsFunction(_ images: Tensor) -> Tensor {
        var x = norms.input(tokens(images))
        for layer in layers { x = layer(x) }
        return project(norms.output(x.entry(0, 1)))
    }

    /// The class token and the patches with their places: N×(1 + patches)×d.
    ///
    /// The patches do not overlap, so that their convolution is one matrix product.
    private func tokens(_ images: Tensor) -> Tensor {
        let count = images.size(0)
        let side = images.size(2) / patchSize
        let patches = images.reshaped(count, 3, side, patchSize, side, patchSize).permuted(0, 2, 4, 1, 3, 5)
            .reshaped(count, side * side, 3 * patchSize * patchSize)
        return .concatenated([first.expanded(count, 1, first.size(2)), embed(patches) + positions], 1)
    }
}
