import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@Suite("Transformer layers")
struct TransformerTests {
    /// An encoder layer in `float64` without dropout.
    private func layer(_ store: ParameterStore, normFirst: Bool = false, dropPath: Double = 0) -> EncoderLayer {
        EncoderLayer(
            store.root, width: 8, heads: 2, hidden: 12, dropout: 0, activation: .gelu, normFirst: normFirst,
            dropPath: dropPath)
    }

    private let wide = ParameterStore(seed: 3, dtype: .float64)

    @Test("layers and stacks use PyTorch's names")
    func names() {
        let store = ParameterStore()
        _ = TransformerEncoder(store.root / "encoder", layers: 1, width: 4, heads: 2, hidden: 6, normFirst: true)
        _ = TransformerDecoder(store.root / "decoder", layers: 1, width: 4, heads: 2, hidden: 6)
        let attention = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
        func pairs(_ names: [String]) -> [String] { names.flatMap { [$0 + ".weight", $0 + ".bias"] } }
        let encoder = attention.map { "self_attn." + $0 } + pairs(["linear1", "linear2", "norm1", "norm2"])
        let decoder =
            attention.map { "self_attn." + $0 } + attention.map { "multihead_attn." + $0 }
            + pairs(["linear1", "linear2", "norm1", "norm2", "norm3"])
        let expected =
            encoder.map { "encoder.layers.0." + $0 } + decoder.map { "decoder.layers.0." + $0 }
            + pairs(["encoder.norm", "decoder.norm"])
        #expect(Set(store.parameters.map(\.name)) == Set(expected))
        let plain = ParameterStore()
        #expect(TransformerEncoder(plain.root, layers: 1, width: 4, heads: 2, hidden: 6).norm == nil)
    }

    @Test(
        "a sequence gives the same alone and beside a longer one, whatever lies in its padding",
        arguments: [true, false])
    func padding(normFirst: Bool) {
        let layer = layer(wide, normFirst: normFirst)
        let short = numbers(1, 3, 8)
        let long = numbers(1, 5, 8, stream: 1)
        let batch = Tensor.concatenated([short.padded([0, 0, 0, 2], with: 1e3), long], 0)
        let mask = Tensor([[true, true, true, false, false], [true, true, true, true, true]])
        let together = layer(batch, mask: mask)
        #expect(mismatch(together[..<1, ..<3], layer(short), relative: 0, absolute: 1e-12) == nil)
        #expect(mismatch(together[1...], layer(long), relative: 0, absolute: 1e-12) == nil)
    }

    @Test("positions steer attention but do not enter the values")
    func positions() {
        let layer = layer(wide)
        let one = numbers(1, 1, 8)
        // A lone token sees itself alone, wherever it is.
        let placed = layer(one, position: numbers(1, 1, 8, stream: 1))
        #expect(mismatch(placed, layer(one), relative: 0, absolute: 1e-12) == nil)
        let three = numbers(1, 3, 8)
        #expect(mismatch(layer(three, position: numbers(1, 3, 8, stream: 1)), layer(three)) != nil)
    }

    @Test("drop path lets whole samples through unchanged, in training only")
    func dropPath() {
        let layer = layer(wide, normFirst: true, dropPath: 0.7)
        let x = numbers(40, 3, 8)
        func unchanged() -> Int { (layer(x) .== x).all(1, 2).to(.int64).sum().integer() }
        #expect(unchanged() == 0)
        wide.isTraining = true
        // Both branches are dropped with a chance of 0.49; 6 deviations from 19.6 of 40.
        #expect((1...38).contains(unchanged()))
    }

    @Test("gradients of the layers agree with finite differences")
    func gradients() {
        for normFirst in [false, true] {
            let layer = layer(ParameterStore(seed: 5, dtype: .float64), normFirst: normFirst)
            let mask = Tensor([[true, true, false]])
            let weights = numbers(1, 3, 8, stream: 9)
            let found = gradientMismatch([numbers(1, 3, 8), numbers(1, 3, 8, stream: 1)]) {
                (layer($0[0], position: $0[1], mask: mask) * weights).sum()
            }
            #expect(found == nil)
        }
        let store = ParameterStore(seed: 6, dtype: .float64)
        let decoder = DecoderLayer(store.root, width: 4, heads: 2, hidden: 6, dropout: 0, activation: .gelu)
        let weights = numbers(1, 2, 4, stream: 9)
        let found = gradientMismatch([numbers(1, 2, 4), numbers(1, 3, 4, stream: 1), numbers(1, 2, 4, stream: 2)]) {
            (decoder($0[0], memory: $0[1], queryPosition: $0[2]) * weights).sum()
        }
        #expect(found == nil)
    }

    @Test("a decoder's queries have no order, and masked memory is not seen")
    func decoder() {
        let decoder = TransformerDecoder(wide.root, layers: 2, width: 8, heads: 2, hidden: 12, dropout: 0)
        let queries = numbers(1, 4, 8)
        let memory = numbers(1, 3, 8, stream: 1)
        let outputs = decoder(queries, memory: memory)
        #expect(outputs.count == 2)
        let reversed = decoder(queries.flipped(1), memory: memory)
        #expect(mismatch(reversed[1].flipped(1), outputs[1], relative: 0, absolute: 1e-12) == nil)
        let padded = Tensor.concatenated([memory, numbers(1, 2, 8, stream: 2)], 1)
        let mask = Tensor([[true, true, true, false, false]])
        let masked = decoder(queries, memory: padded, memoryMask: mask)
        #expect(mismatch(masked[1], outputs[1], relative: 0, absolute: 1e-12) == nil)
    }
}

@Suite("Positions of tokens")
struct TransformerPositionTests {
    @Test("places are counted among valid tokens and span 2π; padding repeats the last")
    func sine() {
        let mask = Tensor([[true, true, true, false], [true, false, false, false]])
        let positions = SinePosition.encode(mask: mask, width: 4, dtype: .float64)
        func expected(_ place: Double, of last: Double) -> [Double] {
            let angle = place / (last + 1e-6) * 2 * Double.pi
            return [sin(angle), cos(angle), sin(angle / 100), cos(angle / 100)]
        }
        let first = [1, 2, 3, 3].flatMap { expected($0, of: 3) }
        let second = [1, 1, 1, 1].flatMap { expected($0, of: 1) }
        let wanted = Tensor(first + second, shape: [2, 4, 4])
        #expect(mismatch(positions, wanted, relative: 0, absolute: 1e-12) == nil)
        let odd = SinePosition.encode(mask: mask, width: 3, dtype: .float64)
        #expect(odd.shape == [2, 4, 3])
    }

    @Test("positions of numbers have gradients")
    func sineGradient() {
        let weights = numbers(2, 6, stream: 3)
        #expect(
            gradientMismatch([numbers(2)]) {
                (SinePosition.encode(places: $0[0], width: 6, temperature: 20) * weights).sum()
            } == nil)
    }

    @Test("learned positions add one vector a place before the norm")
    func learned() throws {
        let store = ParameterStore()
        let layer = TrainablePosition(store.root, limit: 3, width: 2)
        #expect(
            store.parameters.map(\.name) == ["position_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"])
        withoutGradient { layer.places.weight.inPlaceCopy(Tensor([[0, 5], [5, 0], [0, 0]] as [[Float]])) }
        let output = layer(.zeros([1, 2, 2]))
        #expect(mismatch(output, Tensor([-1, 1, 1, -1] as [Float], shape: [1, 2, 2])) == nil)
    }
}

@Suite("Projections and heads")
struct TransformerProjectionTests {
    @Test("an MLP has a ReLU between its layers and none after the last")
    func mlp() {
        let store = ParameterStore()
        let mlp = MLP(store.root, inputs: 1, hidden: 2, outputs: 1, layers: 2)
        #expect(
            store.parameters.map(\.name).filter { $0.hasSuffix("weight") } == ["layers.0.weight", "layers.1.weight"])
        withoutGradient {
            mlp.layers[0].weight.inPlaceCopy(Tensor([[1], [-1]] as [[Float]]))
            mlp.layers[1].weight.inPlaceCopy(Tensor([[-1, -2]] as [[Float]]))
            mlp.layers.forEach { $0.bias?.inPlaceFill(0) }
        }
        // −relu(x) − 2·relu(−x)
        let output = mlp(Tensor([[3], [-2]] as [[Float]]))
        #expect(output.doubles() == [-3, -4])
    }

    @Test("a projection normalises its input, and only its last layer may go below zero")
    func projection() {
        let store = ParameterStore(seed: 1)
        let projection = InputProjection(store.root / "input_vid_proj", inputs: 5, outputs: 3, layers: 2, dropout: 0.5)
        let expected = (0..<2).flatMap { layer in
            ["LayerNorm.weight", "LayerNorm.bias", "net.1.weight", "net.1.bias"].map { "input_vid_proj.\(layer).\($0)" }
        }
        #expect(store.parameters.map(\.name) == expected)
        let x = Tensor.normal([2, 6, 5], seed: 1, stream: 1)
        #expect(projection.layers[0](x).min().item() == 0)
        #expect(projection(x).min().item() < 0)
        // LayerNorm forgets scale and offset.
        #expect(mismatch(projection(x * 10 + 3), projection(x), relative: 1e-3, absolute: 1e-3) == nil)
        #expect(projection(x).shape == [2, 6, 3])
    }
}
