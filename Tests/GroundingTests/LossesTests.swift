import Foundation
import Grounding
import TestSupport
import Testing
import Torch

private func close(_ a: Tensor, _ b: [Double], _ tolerance: Double = 1e-12) -> Mismatch? {
    mismatch(a, Tensor(b, shape: a.shape), relative: 0, absolute: tolerance)
}

@Suite("Classification and saliency losses")
struct LossesTests {
    @Test("focal loss by hand, and for soft targets")
    func focal() {
        let loss = sigmoidFocalLoss(logits: Tensor([0.0, 0]), targets: Tensor([1.0, 0]))
        #expect(close(loss, [0.25 * 0.25 * log(2.0), 0.75 * 0.25 * log(2.0)]) == nil)
        let soft = sigmoidFocalLoss(logits: Tensor([0.0]), targets: Tensor([0.5]), alpha: nil, gamma: 1)
        #expect(close(soft, [0.5 * log(2.0)]) == nil)
    }

    @Test("focal loss stays exact and its gradient finite for large logits", arguments: [0.5, 1.5, 2])
    func focalStability(gamma: Double) throws {
        let logits = Tensor([1000, -1000, 1000, -1000, 30] as [Float]).requiringGradient()
        let loss = sigmoidFocalLoss(
            logits: logits, targets: Tensor([1, 1, 0, 0, 1] as [Float]), alpha: 0.25, gamma: gamma)
        #expect(mismatch(loss[..<4], Tensor([0, 250, 750, 0] as [Float])) == nil)
        #expect(loss[4].item() >= 0 && loss[4].item() < 1e-12)
        loss.sum().backward()
        let gradient = try #require(logits.gradient)
        #expect(gradient.isFinite().all().item() == 1)
        #expect(mismatch(gradient[..<4], Tensor([0, -0.25, 0.75, 0] as [Float])) == nil)
    }

    @Test("saliency hinge by hand")
    func hinge() {
        let scores = Tensor([[0.9, 0.1, 0.3], [0.2, 0.5, 0.4]])
        let loss = hingeSaliencyLoss(
            scores: scores, positives: Tensor([[0, 2], [0, 1]]), negatives: Tensor([[1, 1], [1, 2]]), margin: 0.2)
        // 0.2+0.1−0.9 → 0, 0.2+0.1−0.3 = 0, 0.2+0.5−0.2 = 0.5, 0.2+0.4−0.5 = 0.1
        #expect(close(loss, [0.6 / 4 * 2]) == nil)
    }

    @Test("weighted cross entropy is divided by the count of queries, not by the weights")
    func crossEntropy() {
        let logits = Tensor([0, 0, 0, log(3.0)], shape: [1, 2, 2])
        let loss = weightedCrossEntropy(logits: logits, classes: Tensor([[0, 1]]), weights: Tensor([1.0, 0.1]))
        #expect(close(loss, [(log(2.0) + 0.1 * log(4.0 / 3)) / 2]) == nil)
    }

    @Test("vectors have length 1, zero vectors stay zero")
    func normalization() {
        let x = Tensor([[3.0, 4], [0, 0]])
        #expect(close(L2Normalization.added(eps: 1)(x), [0.5, 4 / 6.0, 0, 0]) == nil)
        #expect(close(L2Normalization.floored(eps: 1)(x), [0.6, 0.8, 0, 0]) == nil)
        #expect(close(L2Normalization.floored(eps: 10)(x), [0.3, 0.4, 0, 0]) == nil)
    }

    @Test("gradients agree with finite differences")
    func gradients() {
        let targets = Tensor([1.0, 0, 1, 0.3, 0, 1], shape: [2, 3])
        for gamma in [0, 0.7, 2] {
            let found = gradientMismatch([numbers(2, 3)]) {
                sigmoidFocalLoss(logits: $0[0], targets: targets, gamma: gamma).sum()
            }
            #expect(found == nil, "γ \(gamma)")
        }
        let hinge = gradientMismatch([numbers(2, 4)]) {
            hingeSaliencyLoss(scores: $0[0], positives: Tensor([[0], [3]]), negatives: Tensor([[1], [2]]), margin: 3)
        }
        #expect(hinge == nil)
        let classes = gradientMismatch([numbers(2, 3, 2)]) {
            weightedCrossEntropy(
                logits: $0[0], classes: Tensor([[0, 1, 1], [1, 0, 1]]), weights: Tensor([1.0, 0.1]))
        }
        #expect(classes == nil)
        let weights = numbers(2, 3, stream: 4)
        for way in [L2Normalization.added(eps: 0.1), .floored(eps: 0.1)] {
            #expect(gradientMismatch([numbers(2, 3)]) { (way($0[0]) * weights).sum() } == nil)
        }
    }
}

@Suite("Overlap of spans")
struct LossesSpanTests {
    @Test("IoU and generalised IoU by hand")
    func overlap() {
        let a = Tensor([[0.0, 4], [0, 1], [1, 2], [0, 8]])
        let b = Tensor([[2.0, 6], [3, 4], [1, 2], [2, 4]])
        #expect(close(spanIoU(a, b), [2 / 6.0, 0, 1, 0.25]) == nil)
        #expect(close(spanGeneralizedIoU(a, b), [2 / 6.0, -0.5, 1, 0.25]) == nil)
    }

    @Test("pairwise overlaps have one row for each span of the first list")
    func pairwise() {
        let a = Tensor([[0.0, 4], [5, 6]])
        let b = Tensor([[0.0, 2], [2, 6], [5, 6]])
        #expect(close(pairwiseSpanIoU(a, b), [0.5, 2 / 6.0, 0, 0, 0.25, 1]) == nil)
        let batch = pairwiseSpanGeneralizedIoU(.stacked([a, a]), .stacked([b, b]))
        #expect(batch.shape == [2, 2, 3])
        #expect(mismatch(batch[1], pairwiseSpanGeneralizedIoU(a, b)) == nil)
    }

    @Test("gradients agree with finite differences, also for spans that lie apart")
    func gradients() {
        let a = Tensor([[0.1, 4], [0.2, 1], [1, 2.2], [0, 8]])
        let b = Tensor([[2.3, 6], [3, 4], [1.1, 2], [2, 4]])
        let weights = Tensor([1.0, 2, 3, 4])
        #expect(gradientMismatch([a, b]) { (spanIoU($0[0], $0[1]) * weights).sum() } == nil)
        #expect(gradientMismatch([a, b]) { (spanGeneralizedIoU($0[0], $0[1]) * weights).sum() } == nil)
        let apart = a.requiringGradient()
        let gradient = spanGeneralizedIoU(apart, b)[1].gradients(of: [apart])[0]
        #expect(gradient.map { $0[1].abs().min().item() > 0 } == true)
    }
}
