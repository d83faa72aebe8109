import Batches
import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@Suite("QD-DETR")
struct QDDETRTests {
    private func configuration(_ change: (inout QDDETRConfiguration) -> Void = { _ in }) -> QDDETRConfiguration {
        var result = QDDETRConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.hiddenSize = 8
        result.heads = 2
        result.feedForwardSize = 12
        result.queryCount = 4
        change(&result)
        return result
    }

    @Test("its names and shapes are those of published checkpoints")
    func names() throws {
        let model = try QDDETR(QDDETRConfiguration(videoWidth: 2818, textWidth: 512))
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(model.store.parameterCount == 7_585_573)
        #expect(shapes["input_vid_proj.0.net.1.weight"] == [256, 2818])
        #expect(shapes["transformer.t2v_encoder.layers.1.self_attn.in_proj_weight"] == [768, 256])
        #expect(shapes["transformer.encoder.layers.0.activation.weight"] == [1])
        #expect(shapes["transformer.decoder.layers.0.ca_qpos_proj.weight"] == [256, 256])
        #expect(shapes["transformer.decoder.layers.1.ca_qpos_proj.weight"] == nil)
        #expect(shapes["transformer.decoder.ref_anchor_head.layers.1.weight"] == [1, 256])
        #expect(shapes["query_embed.weight"] == [10, 2])
        #expect(shapes["global_rep_token"] == [256])
        #expect(shapes["saliency_proj2.bias"] == [256])
    }

    @Test("with each row's own masks an answer does not depend on what it is batched with; as published it does")
    func batching() throws {
        for mixing in [true, false] {
            let model = try QDDETR(configuration { $0.mixesAttentionMasks = mixing }, seed: 4)
            let (clips, words) = ([9, 6, 4], [4, 2, 3])
            let together = model.forward(CDNetFixture.batch(clips: clips, words: words, padding: 3), negatives: false)
            let isSame = (0..<3).allSatisfy { row in
                let alone = model.forward(
                    CDNetFixture.rows([row], clips: clips, words: words), negatives: false)
                return together.saliency[row, 0..<clips[row]].isClose(
                    to: alone.saliency[0], relative: 1e-4, absolute: 1e-5)
                    && together.layers[1].spans[row].isClose(
                        to: alone.layers[1].spans[0], relative: 1e-4, absolute: 1e-5)
            }
            #expect(isSame == !mixing)
        }
    }

    @Test("answers hold one moment a query, best first, on whole clips within the limit")
    func answers() throws {
        let model = try QDDETR(configuration(), seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        for (row, answer) in model.ground(batch).enumerated() {
            #expect(answer.moments.count == 4)
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            #expect(answer.saliency.count == batch.clipCounts[row])
            #expect(answer.moments.allSatisfy { $0.span.start >= 0 && $0.span.end <= 150 })
        }
    }

    @Test("the first reference points are where the queries are; each layer moves them without a gradient to the next")
    func references() throws {
        let model = try QDDETR(configuration { $0.dropout = 0 }, seed: 4)
        let memory = ConditionalDecoder.Memory(
            clips: .normal([2, 5, 8], seed: 1, stream: 1), position: .normal([2, 5, 8], seed: 1, stream: 2), mask: nil)
        let outputs = model.decoder(memory, points: model.queries.weight)
        #expect(outputs[0].reference[1].isClose(to: model.queries.weight.sigmoid()))
        #expect(!outputs[1].reference.isClose(to: outputs[0].reference))
    }

    @Test("clips of a rank stand against all lower ones: the loss of two clips by hand")
    func rankContrast() {
        let contrast = RankContrast(temperature: 1, thresholds: 1...2)
        let loss = contrast(
            scores: Tensor([[2.0, 0.5, 9]]), ranks: Tensor([[2.0, 1, 0]]), mask: Tensor([[true, true, false]]))
        let total = exp(2.0) + exp(0.5)
        let first = -log(exp(2.0) / total)
        let second = -log(exp(0.5) / total)
        #expect(abs(loss.item() - ((first + second) / 2 + first) / 3) < 1e-5)
    }

    @Test("gradients of the rank contrast agree with differences")
    func rankGradients() {
        let ranks = Tensor([[3.0, 0, 2, 1], [0, 0, 1, 0]])
        let mask = Tensor([[true, true, true, true], [true, true, true, false]])
        let scores = Tensor.normal([2, 4], seed: 5, stream: 0)
        #expect(
            gradientMismatch(of: [scores]) {
                RankContrast(thresholds: 1...3)(scores: $0[0], ranks: ranks.to(.float64), mask: mask)
            } == nil)
    }

    @Test("steps along the gradient lower the loss; its parts are the six, and those of the earlier layer")
    func learning() throws {
        let model = try QDDETR(
            configuration {
                $0.dropout = 0; $0.inputDropout = 0
            }, seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        let optimiser = AdamW(model.store.parameters, learningRate: 1e-3)
        let before = model.loss(batch)
        #expect(
            before.parts.map(\.name) == [
                "label", "span", "giou", "label_0", "span_0", "giou_0", "saliency", "rank", "negative",
            ])
        for _ in 0..<5 {
            model.store.clearGradients()
            model.loss(batch).total.backward()
            optimiser.step()
        }
        #expect(model.loss(batch).total.item() < before.total.item())
    }

    @Test("a configuration survives its file, and what cannot be is refused by name")
    func coding() throws {
        var changed = configuration()
        changed.mixesAttentionMasks = false
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(QDDETRConfiguration.self, from: data) == changed)
        #expect(throws: ConfigurationError.self) { try QDDETR(configuration { $0.heads = 3 }) }
        #expect(throws: ConfigurationError.self) { try QDDETR(configuration { $0.hiddenSize = 6 }) }
    }
}
