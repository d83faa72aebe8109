import Batches
import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@Suite("UMT")
struct UMTTests {
    private func configuration(_ change: (inout UMTConfiguration) -> Void = { _ in }) -> UMTConfiguration {
        var result = UMTConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.audioWidth = 3
        result.hiddenSize = 8
        result.heads = 2
        result.feedForwardSize = 12
        result.maxClips = 20
        result.decoderLayers = 2
        change(&result)
        return result
    }

    @Test("its names and shapes are those of published checkpoints, with sound and without")
    func names() throws {
        var full = UMTConfiguration(videoWidth: 2816 + 2048, textWidth: 512)
        full.audioWidth = 2048
        let model = try UMT(full)
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(model.store.parameterCount == 14_890_244)
        #expect(shapes["video_enc.mapping.linear.weight"] == [256, 2816])
        #expect(shapes["audio_enc.mapping.linear.weight"] == [256, 2048])
        #expect(shapes["video_enc.encoder.ffn.mapping.3.weight"] == [256, 1024])
        #expect(shapes["cross_enc.encoder.token"] == [4, 256])
        #expect(shapes["cross_enc.encoder.encoder.0.att4.m.bias"] == [256])
        #expect(shapes["query_gen.mapping.linear.weight"] == [256, 512])
        #expect(shapes["query_gen.mapping.linear.bias"] == nil)
        #expect(shapes["query_dec.decoder.2.norm3.weight"] == [256])
        #expect(shapes["query_dec.q_pos_enc.pe"] == [1, 5000, 256])
        #expect(shapes["pred_head.1.offset_pred.linear.weight"] == [1, 256])

        let silent = try UMT(configuration { $0.audioWidth = 0 })
        #expect(!silent.store.parameters.contains { $0.name.hasPrefix("audio_enc") || $0.name.hasPrefix("cross_enc") })
        let boundaries = try UMT(configuration { $0.predictsSaliency = false })
        #expect(boundaries.store["pred_head.0.center_pred.linear.weight"] != nil)
    }

    @Test("with a decoder that sees no padding an answer does not depend on the batch; as published it does")
    func batching() throws {
        for sees in [true, false] {
            let model = try UMT(configuration { $0.decoderSeesPadding = sees }, seed: 4)
            let (clips, words) = ([9, 6], [4, 2])
            let together = try #require(
                model.forward(CDNetFixture.batch(clips: clips, words: words, padding: 3)).saliency)
            let alone = try #require(model.forward(CDNetFixture.rows([1], clips: clips, words: words)).saliency)
            #expect(together[1, 0..<6].isClose(to: alone[0], relative: 1e-4, absolute: 1e-5) == !sees)
        }
    }

    @Test("a moment's peak lies at its middle, as wide as a fifth of its length; its length leaves one clip out")
    func targets() {
        let query = Query(id: "0", text: "", video: "v", duration: 24, clipLength: 2)
        let targets = UMTTargets([[Span(2, 16), Span(20, 22)]], [query], clips: 12)
        // Clips 1 to 7: the middle is clip 4, the length 6, the radius 1, the deviation 0.4.
        let side = exp(-1 / (2 * 0.4 * 0.4))
        let centers = Tensor([0, 0, 0, side, 1, side, 0, 0, 0, 0, 1, 0])
        #expect(targets.centers[0].isClose(to: centers.to(.float32), relative: 1e-5))
        #expect(targets.windows[0].doubles() == [0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0])
        #expect(targets.offsets[0].doubles() == [Double](repeating: 0, count: 12))
        #expect(targets.weights.sum().item() == 2 && targets.count == 2)
    }

    @Test("the focal loss of peaks: positives by hand, negatives near a peak count little; gradients agree")
    func focal() {
        let probabilities = Tensor([0.8, 0.3, 0.3])
        let loss = gaussianFocalLoss(probabilities: probabilities, targets: Tensor([1.0, 0.9, 0])).doubles()
        #expect(abs(loss[0] + log(0.8) * 0.04) < 1e-7)
        #expect(abs(loss[1] + log(0.7) * 0.09 * 1e-4) < 1e-7)
        #expect(abs(loss[2] + log(0.7) * 0.09) < 1e-7)
        #expect(
            gradientMismatch(of: [probabilities]) {
                gaussianFocalLoss(probabilities: $0[0], targets: Tensor([1.0, 0.9, 0])).sum()
            } == nil)
    }

    @Test("answers lie in the video, best first; one head alone gives what it can")
    func answers() throws {
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        for (row, answer) in try UMT(configuration(), seed: 4).ground(batch).enumerated() {
            #expect(answer.moments.count == batch.clipCounts[row])
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            #expect(answer.saliency.count == batch.clipCounts[row])
            #expect(answer.moments.allSatisfy { $0.span.start >= 0 && $0.span.end <= batch.queries[row].duration })
        }
        let highlights = try UMT(configuration { $0.predictsMoments = false }, seed: 4).ground(batch)
        #expect(highlights.allSatisfy { $0.moments.isEmpty && !$0.saliency.isEmpty })
        let moments = try UMT(configuration { $0.predictsSaliency = false }, seed: 4).ground(batch)
        #expect(moments.allSatisfy { !$0.moments.isEmpty && !$0.saliency.isEmpty })
    }

    @Test("steps along the gradient lower the loss, with sound and without")
    func learning() throws {
        for audio in [3, 0] {
            let model = try UMT(configuration { $0.audioWidth = audio }, seed: 4)
            let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
            let optimiser = AdamW(model.store.parameters, learningRate: 1e-3)
            let before = model.loss(batch)
            #expect(before.parts.map(\.name) == ["saliency", "center", "window", "offset"])
            for _ in 0..<5 {
                model.store.clearGradients()
                model.loss(batch).total.backward()
                optimiser.step()
            }
            #expect(model.loss(batch).total.item() < before.total.item())
        }
    }

    @Test("a query without moments teaches no centre")
    func withoutMoments() throws {
        let loss = try UMT(configuration(), seed: 4).loss(
            CDNetFixture.batch(clips: [5], words: [3], moments: [[]]))
        #expect(loss.total.item().isFinite)
        #expect(loss.parts[2].value.item() == 0 && loss.parts[3].value.item() == 0)
    }

    @Test("a configuration survives its file, and what cannot be is refused by name")
    func coding() throws {
        var changed = configuration()
        changed.predictsSaliency = false
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(UMTConfiguration.self, from: data) == changed)
        #expect(throws: ConfigurationError.self) { try UMT(configuration { $0.audioWidth = 7 }) }
        #expect(throws: ConfigurationError.self) {
            try UMT(
                configuration {
                    $0.predictsSaliency = false; $0.predictsMoments = false
                })
        }
    }
}
