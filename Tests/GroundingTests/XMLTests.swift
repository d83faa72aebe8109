import Batches
import Foundation
import TestSupport
import Testing
import Torch

@testable import Grounding

@Suite("XML")
struct XMLTests {
    private func configuration(_ change: (inout XMLConfiguration) -> Void = { _ in }) -> XMLConfiguration {
        var result = XMLConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
        result.hiddenSize = 8
        result.heads = 2
        result.boundaryKernel = 3
        result.inputDropout = 0
        result.dropout = 0
        change(&result)
        return result
    }

    @Test("its names and shapes are those of the published code, with subtitles and without")
    func names() throws {
        var full = XMLConfiguration(videoWidth: 3072 + 768, textWidth: 768)
        full.subtitleWidth = 768
        let model = try XML(full)
        let shapes = Dictionary(uniqueKeysWithValues: model.store.parameters.map { ($0.name, $0.tensor.shape) })
        #expect(shapes["query_input_proj.net.1.weight"] == [256, 768])
        #expect(shapes["query_pos_embed.position_embeddings.weight"] == [32, 256])
        #expect(shapes["ctx_pos_embed.LayerNorm.weight"] == [256])
        #expect(shapes["query_encoder.self.query.weight"] == [256, 256])
        #expect(shapes["video_input_proj.LayerNorm.weight"] == [3072])
        #expect(shapes["sub_input_proj.net.1.weight"] == [256, 768])
        #expect(shapes["video_encoder2.output.dense.bias"] == [256])
        #expect(shapes["sub_cross_att.value.weight"] == [256, 256])
        #expect(shapes["video_cross_layernorm.weight"] == [256])
        #expect(shapes["modular_vector_mapping.weight"] == [2, 256])
        #expect(shapes["sub_query_linear.bias"] == [256])
        #expect(shapes["merged_st_predictor.weight"] == [1, 1, 5])
        #expect(shapes["merged_ed_predictor.bias"] == nil)
        let alone = try XML(XMLConfiguration(videoWidth: 2818, textWidth: 512))
        #expect(alone.store["modular_vector_mapping.weight"]?.shape == [1, 256])
        #expect(alone.store["video_encoder3.output.LayerNorm.weight"]?.shape == [256])
        #expect(alone.store["video_st_predictor.weight"]?.shape == [1, 1, 5])
        #expect(!alone.store.parameters.contains { $0.name.hasPrefix("sub_") || $0.name.contains("cross") })
    }

    @Test("what it says of a query does not depend on its batch, nor on padded places", arguments: [0, 3])
    func batching(subtitles: Int) throws {
        let model = try XML(configuration { $0.subtitleWidth = subtitles }, seed: 4)
        disturb(model.store)
        let (clips, words) = ([9, 6, 1], [4, 2, 1])
        let together = model.forward(
            CDNetFixture.batch(clips: clips, words: words, extraClips: 2, extraWords: 1, padding: .nan))
        for row in clips.indices {
            let alone = model.forward(CDNetFixture.rows([row], clips: clips, words: words))
            let pairs = [
                (together.similarity, alone.similarity), (together.starts, alone.starts), (together.ends, alone.ends),
            ]
            for (found, expected) in pairs {
                #expect(found[row][..<clips[row]].isClose(to: expected[0], relative: 1e-4, absolute: 1e-5))
            }
            #expect(abs(together.videoScores[row, row].item() - alone.videoScores.item()) < 1e-5)
        }
        #expect(together.videoScores.isFinite().all().integer() == 1)
    }

    @Test("modular attention weighs the words for each modality by a softmax over the sentence's own")
    func modular() {
        let store = ParameterStore(dtype: .float64)
        let attention = ModularAttention(store.root / "m", width: 2, modalities: 2)
        withoutGradient { store["m.weight"]!.inPlaceCopy(Tensor([[1.0, 0], [0, 2]])) }
        let words = Tensor([1.0, 0, 0, 1, 5, 5], shape: [1, 3, 2])
        let vectors = attention(words, mask: Tensor([true, true, false], shape: [1, 3]))
        // Scores of the first modality are 1 and 0, of the second 0 and 2.
        let (first, second) = (exp(1.0) / (exp(1.0) + 1), 1 / (1 + exp(2.0)))
        #expect(mismatch(vectors[0].flattened(), Tensor([first, 1 - first])) == nil)
        #expect(mismatch(vectors[1].flattened(), Tensor([second, 1 - second])) == nil)
    }

    @Test("a sentence's score for a video is the cosine with its best own clip")
    func videoScores() {
        let early = Tensor([1.0, 0, 1, 1, 9, 0, 0, 2, 0, 1, -1, 0], shape: [2, 3, 2])
        let stream = XMLStream(
            sentence: Tensor([[3.0, 0], [0, 1]]), early: early, late: early, projected: Tensor([[1.0, 2], [0, 1]]))
        let mask = Tensor([true, true, false, true, true, true], shape: [2, 3])
        let half = 0.5.squareRoot()
        #expect(mismatch(stream.videoScores(mask: mask), Tensor([[1.0, 0], [half, 1]])) == nil)
        #expect(stream.similarity.doubles() == [1, 3, 9, 2, 1, 0])
        #expect(mismatch(stream.cosines, Tensor([[1.0, half, 1], [1, 1, 0]])) == nil)
    }

    @Test("the curve is the mean over the modalities, and the detectors are convolutions of it, zero at its ends")
    func detectors() throws {
        let model = try XML(configuration { $0.subtitleWidth = 2 }, seed: 4, dtype: .float64)
        disturb(model.store)
        let output = model.forward(CDNetFixture.batch(clips: [5, 3], words: [4, 2], dtype: .float64))
        let curve = output.similarity[1].doubles()
        #expect(curve[3...] == [0, 0])
        let kernel = try #require(model.store["merged_st_predictor.weight"]).doubles()
        let starts = output.starts[1].doubles()
        let padded = [0] + curve[..<3] + [0]
        for clip in 0..<3 {
            let products = (0..<3).map { kernel[$0] * padded[clip + $0] }
            #expect(abs(starts[clip] - products.reduce(0, +)) < 1e-12)
        }
        #expect(starts[3] == -.infinity && output.ends[1].doubles()[4] == -.infinity)
    }

    @Test("boundaries are the clips in which a moment starts and ends, inside the video")
    func boundaries() {
        let batch = CDNetFixture.batch(clips: [5, 5, 5, 3], words: [1, 1, 1, 1])
        let moments = [[Span(2, 6)], [], [Span(3.5, 4.5), Span(0, 2)], [Span(5, 100)]]
        let clips = BoundaryClips(batch, moments: moments, random: nil)
        #expect(clips.rows == [0, 2, 3])
        #expect(clips.starts == [1, 1, 2])
        #expect(clips.ends == [2, 2, 2])
        let drawn = (0..<40).map { BoundaryClips(batch, moments: moments, random: RandomSource(seed: $0)).starts[1] }
        #expect(Set(drawn) == [0, 1])
    }

    @Test("the loss of boundaries is the cross entropy of start and end over the rows that have a moment")
    func boundaryLoss() throws {
        func output(_ starts: [Double], _ ends: [Double]) -> XMLOutput {
            XMLOutput(
                similarity: .zeros([2, 3], dtype: .float64), cosines: .zeros([2, 3], dtype: .float64),
                starts: Tensor(starts, shape: [2, 3]), ends: Tensor(ends, shape: [2, 3]),
                videoScores: .zeros([2, 2], dtype: .float64))
        }
        var settings = configuration()
        settings.boundaryWeight = 2
        let batch = CDNetFixture.batch(clips: [3, 3], words: [1, 1], moments: [[Span(0, 4)], []])
        let loss = XMLLoss(settings)(output([1, 0, 0, 7, 8, 9], [0, 2, 0, 7, 8, 9]), batch, random: nil)
        let start: Double = log(exp(1.0) + 2) - 1
        let end: Double = log(exp(2.0) + 2) - 2
        let expected = start + end
        #expect(loss.parts.map(\.name) == ["boundary", "other_video", "other_sentence"])
        #expect(abs(loss.parts[0].value.item() - 2 * expected) < 1e-12)
    }

    @Test("the ranking asks the own video to be ahead by the margin, and draws among videos that are others")
    func ranking() {
        let scores = Tensor([[0.5, 0.45, 0.9], [0.2, 0.3, 0.1], [0.9, 0.0, 0.8]])
        let ranking = VideoRanking(margin: 0.1, hardPool: 0)
        // Rows 0 and 2 are about one video: row 0 may only lose to 1, row 2 only to 1, row 1 to both.
        let videos = ["a", "b", "a"]
        #expect(abs(ranking(scores, videos: videos, random: nil).item() - 0.05 / 3) < 1e-9)
        // All are others: the means are (0.05 + 0.5) / 2, 0 and (0.2 + 0) / 2.
        #expect(abs(ranking(scores, videos: ["a", "b", "c"], random: nil).item() - 0.125) < 1e-9)
        let hard = VideoRanking(margin: 0.1, hardPool: 1)(scores, videos: ["a", "b", "c"], random: nil)
        #expect(abs(hard.item() - 0.7 / 3) < 1e-9)
        let drawn = (0..<30).map { ranking(scores, videos: ["a", "b", "c"], random: RandomSource(seed: $0)).item() }
        #expect(Set(drawn.map { Int(($0 * 3 * 100).rounded()) }) == [5, 25, 50, 70])
        #expect(ranking(Tensor([[0.3]]), videos: ["a"], random: nil).item() == 0)
    }

    @Test("the loss has the gradients that finite differences give", arguments: [0, 3])
    func gradients(subtitles: Int) throws {
        let model = try XML(
            configuration {
                $0.subtitleWidth = subtitles
                $0.boundaryWeight = 1
                $0.saliencyWeight = 1
            }, seed: 3, dtype: .float64)
        disturb(model.store, by: 0.3)
        let batch = CDNetFixture.batch(clips: [10, 7, 9], words: [4, 2, 3], dtype: .float64)
        #expect(model.loss(batch).parts.map(\.name) == ["boundary", "other_video", "other_sentence", "saliency"])
        // A softmax does not see what it is shifted by: the keys' biases have a gradient of 0 but for rounding.
        #expect(wrongSlopes(of: model) { model.loss(batch).total } == [])
    }

    @Test("padded clips and words get no gradient")
    func padding() throws {
        let model = try XML(configuration(), seed: 3)
        let batch = CDNetFixture.batch(clips: [10, 6, 1], words: [4, 2, 1], padding: 0.5)
        let (video, text) = (batch.video.requiringGradient(), batch.text.requiringGradient())
        model.loss(CDNetFixture.batch(batch, video: video, text: text)).total.backward()
        let (clips, words) = (try #require(video.gradient), try #require(text.gradient))
        #expect(clips.abs().masked(batch.videoMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(words.abs().masked(batch.textMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(clips.isFinite().all().integer() == 1 && words.isFinite().all().integer() == 1)
    }

    @Test("moments are pairs of clips by the product of probabilities, within the limits of length")
    func decoding() {
        var settings = configuration()
        settings.longestMoment = 2
        settings.nmsThreshold = 1
        settings.momentCount = 100
        let (starts, ends) = ([0.5, 0.3, 0.2], [0.1, 0.2, 0.7])
        let output = XMLOutput(
            similarity: Tensor([[3.0, 2, 1]]), cosines: Tensor([[0.5, 0.25, 1]]),
            starts: Tensor([starts.map { log($0) }]), ends: Tensor([ends.map { log($0) }]), videoScores: Tensor([[1.0]])
        )
        let batch = CDNetFixture.batch(clips: [3], words: [1])
        let answer = XMLDecoding(settings)(output, batch)[0]
        #expect(answer.saliency == [0.5, 0.25, 1])
        var plus = settings
        plus.saliencyWeight = 1
        #expect(XMLDecoding(plus)(output, batch)[0].saliency == [3, 2, 1])
        #expect(
            answer.moments.map { [$0.span.start, $0.span.end] } == [[2, 6], [4, 6], [0, 4], [2, 4], [0, 2]])
        #expect(zip(answer.moments, [0.21, 0.14, 0.1, 0.06, 0.05]).allSatisfy { abs($0.score - $1) < 1e-12 })
        settings.shortestMoment = 2
        settings.nmsThreshold = 0.3
        #expect(XMLDecoding(settings)(output, batch)[0].moments.map(\.span) == [Span(2, 6)])
        settings.longestMoment = 9
        settings.shortestMoment = 9
        #expect(XMLDecoding(settings)(output, batch)[0].moments.map(\.span) == [Span(0, 6)])
    }

    @Test("videos longer than its positions are answered")
    func long() throws {
        let model = try XML(configuration { $0.maxClips = 4 }, seed: 4)
        let answer = model.ground(CDNetFixture.batch(clips: [9], words: [3]))[0]
        #expect(answer.saliency.count == 9)
        #expect(answer.moments.allSatisfy { $0.span.end <= 18 && $0.span.length > 0 })
    }

    @Test("it learns which stretch a sentence means, and its draws follow the seed")
    func learning() throws {
        let batch = CDNetFixture.batch(
            clips: [10, 10], words: [3, 3], moments: [[Span(0, 8)], [Span(12, 20)]])
        let runs = try (0..<2).map { _ in
            let model = try XML(
                configuration {
                    $0.dropout = 0.1
                    $0.boundaryWeight = 1
                    $0.saliencyWeight = 1
                }, seed: 4)
            model.store.isTraining = true
            let optimiser = AdamW(model.store.parameters, learningRate: 1e-2)
            let losses = (0..<200).map { _ in
                model.store.clearGradients()
                let loss = model.loss(batch).total
                loss.backward()
                optimiser.step()
                return loss.item()
            }
            return (losses, model.ground(batch).map { $0.moments[0].span })
        }
        #expect(runs[0].0 == runs[1].0)
        #expect(runs[0].1[0].iou(Span(0, 8)) > 0.5 && runs[0].1[1].iou(Span(12, 20)) > 0.5)
    }

    @Test("a configuration survives its file; one that cannot be is refused by the field's name")
    func configurations() throws {
        let changed = configuration { $0.saliencyWeight = 1 }
        let data = try JSONEncoder().encode(changed)
        #expect(try JSONDecoder().decode(XMLConfiguration.self, from: data) == changed)
        let changes: [(String, (inout XMLConfiguration) -> Void)] = [
            ("boundaryKernel", { $0.boundaryKernel = 4 }), ("shortestMoment", { $0.shortestMoment = 80 }),
            ("subtitleWidth", { $0.subtitleWidth = 7 }),
        ]
        for (field, change) in changes {
            let error = try #require(throws: ConfigurationError.self) { try XML(configuration(change)) }
            #expect(error.field == field)
        }
    }
}
