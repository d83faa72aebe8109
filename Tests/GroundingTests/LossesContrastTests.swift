import Foundation
import Grounding
import TestSupport
import Testing
import Torch

private func close(_ a: Tensor, _ b: Double) -> Bool { abs(a.item() - b) <= 1e-12 }

@Suite("Contrastive losses")
struct LossesContrastTests {
    private func drawn(_ indices: [Int], _ found: [Bool]? = nil) -> DrawnClips {
        DrawnClips(indices: Tensor(indices), found: Tensor(found ?? indices.map { _ in true }))
    }

    @Test("within a video: by hand; other clips of the moment and padding do not count")
    func intra() {
        let similarity = Tensor([[0.5, 0.9, 0.3, -0.2, 7], [0.1, 0.2, 0.4, 0.6, 0.8]])
        let negatives = Tensor([[false, false, true, true, false], [true, false, true, false, false]])
        let loss = IntraVideoContrast(temperature: 0.5)(
            similarity: similarity, positives: drawn([0, 3]), negatives: negatives)
        let first = -log(exp(1) / (exp(1) + exp(0.6) + exp(-0.4)))
        let second = -log(exp(1.2) / (exp(1.2) + exp(0.2) + exp(0.8)))
        #expect(close(loss, (first + second) / 2))
    }

    @Test("rows without a positive clip are left out of sum and count; none at all gives 0")
    func intraWithoutPositives() throws {
        let similarity = Tensor([[0.5, 0.3], [0.1, 0.2]]).requiringGradient()
        let negatives = Tensor([[false, true], [true, true]])
        let loss = IntraVideoContrast(temperature: 1)
        let one = loss(similarity: similarity, positives: drawn([0, 0], [true, false]), negatives: negatives)
        #expect(close(one, log(1 + exp(-0.2))))
        one.backward()
        #expect(try #require(similarity.gradient)[1].doubles() == [0, 0])
        let none = loss(similarity: similarity, positives: drawn([0, 0], [false, false]), negatives: negatives)
        #expect(none.item() == 0)
        // A positive clip without any negative has nothing to lose.
        let alone = loss(similarity: similarity, positives: drawn([0, 0]), negatives: .zeros([2, 2], dtype: .bool))
        #expect(alone.item() == 0)
    }

    @Test("across videos: by hand, one way and symmetric")
    func inter() {
        // Cosines: [[1, 0], [0.6, 0.8]]
        let clips = Tensor([[2.0, 0], [0.3, 0.4]])
        let sentences = Tensor([[1.0, 0], [0, 5]])
        let found = Tensor([true, true])
        let rows = (log(1 + exp(-1)) + log(1 + exp(-0.2))) / 2
        let columns = (log(1 + exp(-0.4)) + log(1 + exp(-0.8))) / 2
        let oneWay = InterVideoContrast(temperature: 1)
        #expect(close(oneWay(clips: clips, sentences: sentences, found: found), rows))
        let both = InterVideoContrast(temperature: 1, symmetric: true)
        #expect(close(both(clips: clips, sentences: sentences, found: found), rows + columns))
        // Without the second clip only the first row counts; its sentence has no other clip to choose.
        let partly = both(clips: clips, sentences: sentences, found: Tensor([true, false]))
        #expect(close(partly, log(1 + exp(-1))))
    }

    @Test("clip similarity: one vector a sentence or one a clip; zero vectors have the cosine 0")
    func similarity() throws {
        let clips = Tensor([3.0, 4, 0, 2, 0, 0], shape: [1, 3, 2]).requiringGradient()
        let sentence = Tensor([[1.0, 0]])
        #expect(mismatch(clipSimilarity(clips, sentence), Tensor([[0.6, 0, 0]]), relative: 0, absolute: 1e-12) == nil)
        let words = Tensor([3.0, 4, 0, -1, 1, 1], shape: [1, 3, 2])
        let each = clipSimilarity(clips, words)
        #expect(mismatch(each, Tensor([[1.0, -1, 0]]), relative: 0, absolute: 1e-12) == nil)
        each.sum().backward()
        #expect(try #require(clips.gradient).isFinite().all().item() == 1)
    }

    @Test("clips are drawn from the mask alone, all of them equally often")
    func draws() {
        let random = RandomSource(seed: 1)
        let mask = Tensor([[false, true, false, true, true], [false, false, false, false, false]])
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<600 {
            let clips = DrawnClips(from: mask, random: random)
            #expect(clips.found.bools() == [true, false])
            counts[clips.indices.ints()[0]] += 1
        }
        #expect(counts[0] == 0 && counts[2] == 0)
        // 200 each; five deviations of 11.5.
        #expect([1, 3, 4].allSatisfy { abs(counts[$0] - 200) < 58 })
    }

    @Test("drawn clips' vectors are those of each row")
    func vectors() {
        let clips = numbers(2, 3, 4)
        let vectors = drawn([2, 0]).vectors(of: clips)
        #expect(mismatch(vectors, .stacked([clips[0, 2], clips[1, 0]])) == nil)
    }

    @Test("InfoNCE within a video: by hand for a batch of one")
    func infoNCE() {
        // Cosines 1, 0.6, 0.8, and a clip of the same score, which is no candidate.
        let clips = Tensor([1, 0, 0.6, 0.8, 0.8, -0.6, 0, 1], shape: [1, 4, 2])
        let loss = SaliencyInfoNCE(temperature: 1).intra(
            clips: clips, sentences: Tensor([[1.0, 0]]), positives: Tensor([0]),
            scores: Tensor([[4.0, 1, 2, 4]]), mask: .ones([1, 4], dtype: .bool))
        // The softmax over a batch of one is 1.
        #expect(abs(loss.item() - log((exp(1) + exp(0.6) + exp(0.8)) / exp(1))) <= 1e-12)
    }

    @Test("gradients agree with finite differences")
    func gradients() {
        let negatives = Tensor([[false, true, true, false], [true, false, true, true]])
        let clips = numbers(2, 4, 3)
        let sentences = numbers(2, 3, stream: 1)
        let positives = drawn([0, 1])
        let intra = IntraVideoContrast(temperature: 0.3)
        let sentence = gradientMismatch([clips, sentences]) {
            intra(similarity: clipSimilarity($0[0], $0[1]), positives: positives, negatives: negatives)
        }
        #expect(sentence == nil)
        let token = gradientMismatch([clips, numbers(2, 4, 3, stream: 2)]) {
            intra(similarity: clipSimilarity($0[0], $0[1]), positives: positives, negatives: negatives)
        }
        #expect(token == nil)
        for symmetric in [false, true] {
            let inter = InterVideoContrast(temperature: 0.3, symmetric: symmetric)
            for found in [[true, true, true], [true, false, true]] {
                let differs = gradientMismatch([numbers(3, 4), numbers(3, 4, stream: 1)]) {
                    inter(clips: $0[0], sentences: $0[1], found: Tensor(found))
                }
                #expect(differs == nil, "symmetric \(symmetric), \(found)")
            }
        }
        let field = SaliencyInfoNCE(temperature: 0.3)
        let differs = gradientMismatch([clips, sentences]) {
            field.inter(clips: $0[0], sentences: $0[1], positives: Tensor([0, 1]))
                + field.intra(
                    clips: $0[0], sentences: $0[1], positives: Tensor([0, 1]),
                    scores: Tensor([[4.0, 1, 2, 4], [0, 3, 1, 0]]), mask: .ones([2, 4], dtype: .bool))
        }
        #expect(differs == nil)
    }
}
