import Batches
import Foundation
import Grounding
import Testing
import Torch

@Suite("Moment-DETR")
struct MomentDETRTests {
    private func configuration() -> MomentDETRConfiguration {
        var result = MomentDETRConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.hiddenSize = 8
        result.heads = 2
        result.feedForwardSize = 12
        result.queryCount = 4
        return result
    }

    @Test("its names and shapes are those of published checkpoints")
    func names() throws {
        let model = try MomentDETR(MomentDETRConfiguration(videoWidth: 2818, textWidth: 512))
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(model.store.parameterCount == 4_823_305)
        #expect(shapes["input_vid_proj.0.net.1.weight"] == [256, 2818])
        #expect(shapes["input_txt_proj.1.LayerNorm.weight"] == [256])
        #expect(shapes["transformer.encoder.layers.1.self_attn.in_proj_weight"] == [768, 256])
        #expect(shapes["transformer.decoder.layers.0.multihead_attn.out_proj.bias"] == [256])
        #expect(shapes["transformer.decoder.norm.weight"] == [256])
        #expect(shapes["query_embed.weight"] == [10, 256])
        #expect(shapes["class_embed.weight"] == [2, 256])
        #expect(shapes["span_embed.layers.2.weight"] == [2, 256])
        #expect(shapes["saliency_proj.weight"] == [1, 256])
        #expect(shapes["txt_position_embed.position_embeddings.weight"] == [32, 256])
    }

    @Test("answers hold one moment a query, best first, on whole clips within the limit")
    func answers() throws {
        let model = try MomentDETR(configuration(), seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        for (row, answer) in model.ground(batch).enumerated() {
            #expect(answer.moments.count == 4)
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            #expect(answer.saliency.count == batch.clipCounts[row])
            for span in answer.moments.map(\.span) {
                #expect(span.start >= 0 && span.end <= 150)
                #expect(span.start.truncatingRemainder(dividingBy: 2) == 0)
                #expect(span.end.truncatingRemainder(dividingBy: 2) == 0)
            }
        }
    }

    @Test("a query's answer does not depend on what it is batched with")
    func batching() throws {
        let model = try MomentDETR(configuration(), seed: 4)
        let together = model.forward(CDNetFixture.batch(clips: [9, 6], words: [4, 2], padding: 3)).layers.last!
        let alone = model.forward(CDNetFixture.rows([1], clips: [9, 6], words: [4, 2])).layers.last!
        #expect(together.logits[1].isClose(to: alone.logits[0], relative: 1e-5, absolute: 1e-6))
        #expect(together.spans[1].isClose(to: alone.spans[0], relative: 1e-5, absolute: 1e-6))
    }

    @Test("dropout follows the seed: the same model and batch give the same loss")
    func reproducible() throws {
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        let losses = try (0..<2).map { _ in
            let model = try MomentDETR(configuration(), seed: 4)
            model.store.isTraining = true
            return [model.loss(batch).total.item(), model.loss(batch).total.item()]
        }
        #expect(losses[0] == losses[1])
        #expect(losses[0][0] != losses[0][1])
    }

    @Test("a step along the gradient lowers the loss")
    func learning() throws {
        var configuration = configuration()
        configuration.dropout = 0
        configuration.inputDropout = 0
        let model = try MomentDETR(configuration, seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        let optimiser = AdamW(model.store.parameters, learningRate: 1e-3)
        let before = model.loss(batch).total.item()
        for _ in 0..<5 {
            model.store.clearGradients()
            model.loss(batch).total.backward()
            optimiser.step()
        }
        #expect(model.loss(batch).total.item() < before)
    }

    @Test("a query without moments counts as background only")
    func withoutMoments() throws {
        let model = try MomentDETR(configuration(), seed: 4)
        let batch = CDNetFixture.batch(clips: [5], words: [3], moments: [[]])
        let loss = model.loss(batch)
        #expect(loss.parts.map(\.name) == ["label", "label_0"])
        #expect(loss.total.item().isFinite)
    }

    @Test("a prediction that is NaN makes the loss NaN and stops nothing")
    func notANumber() throws {
        let model = try MomentDETR(configuration(), seed: 4)
        let batch = CDNetFixture.batch(clips: [5], words: [3])
        let spoiled = CDNetFixture.batch(batch, video: batch.video * .nan)
        #expect(model.loss(spoiled).total.item().isNaN)
    }

    @Test(
        "moments end with their video, or at the limit that is asked for", arguments: [(0.0, 9.3), (150, 12), (8, 8)])
    func end(limit: Double, expected: Double) {
        let query = Query(id: "1", text: "a sentence", video: "v", duration: 9.3, clipLength: 2)
        let features = Tensor.zeros([1, 5, 1])
        let batch = Batch(video: features, clipCounts: [5], text: features, wordCounts: [1], queries: [query])
        // Centre and width: from 3.72 s to 12.09 s.
        let layer = QueryPredictions(
            logits: Tensor([[2.0, 0]]).unsqueezed(0), spans: Tensor([[0.85, 0.9]]).unsqueezed(0))
        let answers = QueryDecoding(timeLimit: limit)(layer, saliency: .zeros([1, 5]), batch)
        #expect(answers[0].moments.map(\.span) == [Span(4, expected)])
    }

    @Test("a configuration survives its file")
    func coding() throws {
        var changed = configuration()
        changed.timeLimit = 0
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(MomentDETRConfiguration.self, from: data) == changed)
    }

    @Test("a configuration that cannot be is refused by the field's name")
    func validation() throws {
        var configuration = configuration()
        configuration.heads = 3
        let error = try #require(throws: ConfigurationError.self) { try MomentDETR(configuration) }
        #expect(error.field == "heads")
    }
}

@Suite("Pairs of clips for the saliency loss")
struct SaliencyPairsTests {
    private func targets(_ inMoment: [[Bool]], _ saliency: [[Float]]?) -> Targets {
        Targets(
            moments: inMoment.map { _ in [] },
            inMoment: Tensor(inMoment.flatMap { $0 }, shape: [inMoment.count, inMoment[0].count]),
            saliency: saliency.map { Tensor($0) })
    }

    @Test("the hard pair is the last most salient and the first least salient clip; the easy one lies in and out")
    func hard() throws {
        let pairs = try #require(
            SaliencyPairs(
                targets([[false, true, true, true, true]], [[0, 2, 1, 2, 1]]), clipCounts: [5], random: nil))
        #expect(pairs.positives == [[3, 1]])
        #expect(pairs.negatives == [[2, 0]])
    }

    @Test("where no clip lies outside, the hard pair counts twice; padding is not outside")
    func full() throws {
        let pairs = try #require(
            SaliencyPairs(targets([[true, true, false]], [[1, 3, 0]]), clipCounts: [2], random: nil))
        #expect(pairs.positives == [[1, 1]])
        #expect(pairs.negatives == [[0, 0]])
    }

    @Test("without saliency both pairs are easy, and drawn ones lie where they should")
    func easy() throws {
        let inMoment = [[true, true, false, false, false], [false, true, true, false, false]]
        let random = RandomSource(seed: 3)
        for _ in 0..<20 {
            let pairs = try #require(SaliencyPairs(targets(inMoment, nil), clipCounts: [5, 4], random: random))
            #expect(pairs.rows == [0, 1])
            #expect(pairs.positives[0].allSatisfy { $0 < 2 } && pairs.negatives[0].allSatisfy { $0 >= 2 })
            #expect(pairs.positives[1].allSatisfy { (1...2).contains($0) })
            #expect(pairs.negatives[1].allSatisfy { $0 == 0 || $0 == 3 })
        }
    }

    @Test("rows without a clip inside have no pairs; a batch of such rows has none at all")
    func none() throws {
        let mixed = targets([[false, false], [true, false]], [[0, 0], [2, 0]])
        #expect(SaliencyPairs(mixed, clipCounts: [2, 2], random: nil)?.rows == [1])
        #expect(SaliencyPairs(targets([[false, false]], [[0, 0]]), clipCounts: [2], random: nil) == nil)
    }
}
