import Batches
import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@Suite("2D-TAN")
struct TwoDTANTests {
    private func configuration(_ change: (inout TwoDTANConfiguration) -> Void = { _ in }) -> TwoDTANConfiguration {
        var result = TwoDTANConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.hiddenSize = 6
        result.mapSize = 5
        result.mapLayers = 2
        result.mapKernel = 3
        result.lstmLayers = 2
        change(&result)
        return result
    }

    @Test("its names and shapes are those of the published code")
    func names() throws {
        let model = try TwoDTAN(TwoDTANConfiguration(videoWidth: 4096, textWidth: 300))
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(shapes["frame_layer.vis_conv.weight"] == [512, 4096, 1])
        #expect(shapes["fusion_layer.textual_encoder.weight_ih_l0"] == [2048, 300])
        #expect(shapes["fusion_layer.textual_encoder.weight_hh_l2"] == [2048, 512])
        #expect(shapes["fusion_layer.tex_linear.weight"] == [512, 512])
        #expect(shapes["fusion_layer.vis_conv.weight"] == [512, 512, 1, 1])
        #expect(shapes["map_layer.convs.7.weight"] == [512, 512, 5, 5])
        #expect(shapes["pred_layer.weight"] == [1, 512, 1, 1])
    }

    @Test("a query's scores do not depend on what it is batched with, nor on what stands in padded places")
    func batching() throws {
        let (clips, words) = ([9, 6, 1], [4, 2, 1])
        let changes: [(inout TwoDTANConfiguration) -> Void] = [
            { _ in }, { $0.sentence = .mean }, { $0.proposals = .convolution },
        ]
        for change in changes {
            let model = try TwoDTAN(configuration(change), seed: 4)
            let together = model.forward(
                CDNetFixture.batch(clips: clips, words: words, extraClips: 2, extraWords: 1, padding: .nan))
            for row in clips.indices {
                let alone = model.forward(CDNetFixture.rows([row], clips: clips, words: words))
                #expect(together[row].isClose(to: alone[0], relative: 1e-4, absolute: 1e-6))
            }
        }
    }

    @Test("the loss is the mean cross entropy of the candidates with their scaled IoU")
    func loss() throws {
        let model = try TwoDTAN(configuration(), seed: 4, dtype: .float64)
        let batch = CDNetFixture.batch(
            clips: [10, 5], words: [4, 2], dtype: .float64, moments: [[Span(4, 12)], [Span(0, 4), Span(8, 10)]])
        let scores = model.forward(batch).doubles()
        let targets = [20.0, 10].enumerated().flatMap { row, seconds in
            model.map.targets(batch.targets!.moments[row], seconds: seconds, leastIoU: 0.5, fullIoU: 1)
        }
        #expect(targets.filter { $0 == 1 }.count == 3)
        let entropies = zip(scores, targets).map { (x: Double, y: Double) -> Double in
            let p = 1 / (1 + exp(-x))
            let own: Double = y * log(p)
            return -own - (1 - y) * log(1 - p)
        }
        let loss = model.loss(batch)
        #expect(loss.parts.map(\.name) == ["iou"])
        #expect(abs(loss.total.item() - entropies.reduce(0, +) / Double(entropies.count)) < 1e-12)
    }

    @Test(
        "the loss has the gradients that finite differences give",
        arguments: [TwoDTANConfiguration.Proposals.pool, .convolution])
    func gradients(_ proposals: TwoDTANConfiguration.Proposals) throws {
        let model = try TwoDTAN(
            configuration {
                $0.proposals = proposals
                $0.sentence = proposals == .pool ? .lstm : .mean
                $0.mapSize = proposals == .pool ? 5 : 19
            }, seed: 3, dtype: .float64)
        disturb(model.store)
        let batch = CDNetFixture.batch(clips: [10, 7], words: [4, 2], dtype: .float64)
        #expect(wrongSlopes(of: model) { model.loss(batch).total } == [])
    }

    @Test("padded clips and words get no gradient, and all others some")
    func padding() throws {
        let model = try TwoDTAN(configuration(), seed: 3)
        let batch = CDNetFixture.batch(clips: [10, 6, 1], words: [4, 2, 1], padding: 0.5)
        let (video, text) = (batch.video.requiringGradient(), batch.text.requiringGradient())
        model.loss(CDNetFixture.batch(batch, video: video, text: text)).total.backward()
        let (clips, words) = (try #require(video.gradient), try #require(text.gradient))
        #expect(clips.abs().masked(batch.videoMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(words.abs().masked(batch.textMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(words.abs().sum(-1).selected(batch.textMask).min().item() > 0)
    }

    @Test("answers are ranked, lie in the video, and do not overlap by more than the threshold")
    func answers() throws {
        let model = try TwoDTAN(configuration { $0.nmsThreshold = 0.4 }, seed: 4)
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        for (row, answer) in model.ground(batch).enumerated() {
            #expect(answer.saliency.count == batch.clipCounts[row])
            #expect(answer.moments.map(\.score) == answer.moments.map(\.score).sorted(by: >))
            #expect(answer.moments.allSatisfy { (0...1).contains($0.score) })
            #expect(abs((answer.saliency.max() ?? 0) - answer.moments[0].score) < 1e-9)
            for (index, moment) in answer.moments.enumerated() {
                #expect(moment.span.start >= 0 && moment.span.end <= batch.queries[row].duration)
                for better in answer.moments[..<index] { #expect(better.span.iou(moment.span) <= 0.4) }
            }
        }
    }

    @Test("it learns which stretch a sentence means", arguments: [TwoDTANConfiguration.Sentence.lstm, .mean])
    func learning(_ sentence: TwoDTANConfiguration.Sentence) throws {
        let model = try TwoDTAN(
            configuration {
                $0.sentence = sentence
                $0.hiddenSize = 16
            }, seed: 4)
        model.store.isTraining = true
        let batch = CDNetFixture.batch(
            clips: [10, 10], words: [3, 3], moments: [[Span(0, 8)], [Span(12, 20)]])
        let optimiser = AdamW(model.store.parameters, learningRate: 1e-2)
        let before = model.loss(batch).total.item()
        for _ in 0..<200 {
            model.store.clearGradients()
            model.loss(batch).total.backward()
            optimiser.step()
        }
        #expect(model.loss(batch).total.item() < before * 0.7)
        let best = model.ground(batch).map { $0.moments[0].span }
        #expect(best[0].iou(Span(0, 8)) > 0.5 && best[1].iou(Span(12, 20)) > 0.5)
    }

    @Test("a configuration survives its file; one that cannot be is refused by the field's name")
    func configurations() throws {
        let changed = configuration { $0.sentence = .mean }
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(TwoDTANConfiguration.self, from: data) == changed)
        let even = try #require(throws: ConfigurationError.self) { try TwoDTAN(configuration { $0.mapKernel = 4 }) }
        #expect(even.field == "mapKernel")
        let scale = try #require(throws: ConfigurationError.self) { try TwoDTAN(configuration { $0.leastIoU = 1 }) }
        #expect(scale.field == "leastIoU")
    }
}
