import Batches
import Foundation
import Grounding
import Testing
import Torch

@Suite("UniVTG")
struct UniVTGTests {
    private func configuration(_ change: (inout UniVTGConfiguration) -> Void = { _ in }) -> UniVTGConfiguration {
        var result = UniVTGConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.hiddenSize = 8
        result.heads = 2
        result.feedForwardSize = 12
        result.encoderLayers = 2
        change(&result)
        return result
    }

    @Test("its names and shapes are those of published checkpoints")
    func names() throws {
        let model = try UniVTG(UniVTGConfiguration(videoWidth: 2818, textWidth: 512))
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(model.store.parameterCount == 43_406_855)
        #expect(shapes["input_vid_proj.0.net.1.weight"] == [1024, 2818])
        #expect(shapes["transformer.encoder.layers.3.linear1.weight"] == [1024, 1024])
        #expect(shapes["transformer.encoder.layers.4.linear1.weight"] == nil)
        #expect(shapes["class_embed.layers.2.weight"] == [1, 1024, 3])
        #expect(shapes["span_embed.layers.2.bias"] == [2])
        #expect(shapes["token_type_embeddings.weight"] == [2, 1024])
        #expect(shapes["weightedpool.weight"] == [1024, 1])
        #expect(shapes["txt_position_embed.position_embeddings.weight"] == [75, 1024])
    }

    @Test("with heads that see no padding an answer does not depend on the batch; as published it does")
    func batching() throws {
        for sees in [true, false] {
            let model = try UniVTG(configuration { $0.headsSeePadding = sees }, seed: 4)
            let (clips, words) = ([9, 6], [4, 2])
            let together = model.forward(CDNetFixture.batch(clips: clips, words: words, padding: 3))
            let alone = model.forward(CDNetFixture.rows([1], clips: clips, words: words))
            let isSame = together.logits[1, 0..<6].isClose(to: alone.logits[0], relative: 1e-4, absolute: 1e-5)
            #expect(isSame == !sees)
            #expect(together.saliency[1, 0..<6].isClose(to: alone.saliency[0], relative: 1e-4, absolute: 1e-5))
        }
    }

    @Test("the published anchor of clips of 2 s is their end, of 1 s their middle; the other is always the middle")
    func anchors() throws {
        let batch = CDNetFixture.batch(clips: [4], words: [2])
        let short = Batch(
            video: batch.video, clipCounts: batch.clipCounts, text: batch.text, wordCounts: batch.wordCounts,
            queries: [Query(id: "0", text: "", video: "v", duration: 4, clipLength: 1)])
        let published = try UniVTG(configuration(), seed: 4)
        #expect(published.forward(batch).places.doubles() == [0.25, 0.5, 0.75, 1])
        #expect(published.forward(short).places.doubles() == [0.125, 0.375, 0.625, 0.875])
        let middle = try UniVTG(configuration { $0.anchor = .middle }, seed: 4)
        #expect(middle.forward(batch).places.doubles() == [0.125, 0.375, 0.625, 0.875])
        // With the other anchor every moment lies half a clip earlier.
        let shift = published.forward(batch).spans - middle.forward(batch).spans
        #expect(shift.isClose(to: shift.onesLike() * 0.125, relative: 1e-5))
    }

    @Test(
        "a clip answers for the last moment that holds its anchor; a moment that holds none gets the clip it begins in")
    func targets() throws {
        let model = try UniVTG(configuration { $0.anchor = .middle }, seed: 4)
        let batch = CDNetFixture.batch(clips: [4, 4, 3], words: [2, 2, 2])
        let targets = model.forward(batch).targets(
            [[Span(0, 6), Span(2, 4)], [Span(4.2, 4.6)], []], batch)
        #expect(
            targets.inside.bools() == [true, true, true, false, false, false, true, false, false, false, false, false])
        #expect(targets.spans[0, 0].doubles() == [0, 0.75])
        #expect(targets.spans[0, 1].doubles() == [0.25, 0.5])
        #expect(targets.spans[1, 2].isClose(to: Tensor([Float(0.525), 0.575]), relative: 1e-5))
    }

    @Test("answers are clamped to the video, best first, without those that NMS drops")
    func answers() throws {
        let model = try UniVTG(configuration { $0.momentCount = 3 }, seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        for (row, answer) in model.ground(batch).enumerated() {
            #expect((1...3).contains(answer.moments.count))
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            #expect(answer.saliency.count == batch.clipCounts[row])
            #expect(answer.moments.allSatisfy { $0.span.start >= 0 && $0.span.end <= batch.queries[row].duration })
        }
    }

    @Test("steps along the gradient lower the loss; a query without moments is background only")
    func learning() throws {
        let model = try UniVTG(
            configuration {
                $0.inputDropout = 0; $0.dropPath = 0
            }, seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        let optimiser = AdamW(model.store.parameters, learningRate: 1e-3)
        let before = model.loss(batch)
        #expect(before.parts.map(\.name) == ["smooth_l1", "giou", "foreground", "inter", "intra"])
        for _ in 0..<5 {
            model.store.clearGradients()
            model.loss(batch).total.backward()
            optimiser.step()
        }
        #expect(model.loss(batch).total.item() < before.total.item())
        let empty = model.loss(CDNetFixture.batch(clips: [5], words: [3], moments: [[]]))
        #expect(empty.parts.map(\.name) == ["smooth_l1", "giou", "foreground"])
        #expect(empty.parts[0].value.item() == 0 && empty.total.item().isFinite)
    }

    @Test("a configuration survives its file, and what cannot be is refused by name")
    func coding() throws {
        var changed = configuration()
        changed.anchor = .middle
        changed.highlights = .saliency
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(UniVTGConfiguration.self, from: data) == changed)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                UniVTGConfiguration.self, from: Data(#"{"videoWidth": 1, "textWidth": 1, "anchor": "end"}"#.utf8))
        }
        #expect(throws: ConfigurationError.self) { try UniVTG(configuration { $0.headKernel = 4 }) }
        #expect(throws: ConfigurationError.self) { try UniVTG(configuration { $0.nmsThreshold = 2 }) }
    }
}
