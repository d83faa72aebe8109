import Grounding
import TestSupport
import Testing
import Torch

private struct Config: Decodable {
    let alpha, gamma, margin, temperature: Double

    enum CodingKeys: String, CodingKey {
        case alpha = "focal_alpha"
        case gamma = "focal_gamma"
        case margin = "hinge_margin"
        case temperature = "infonce_temperature"
    }
}

@Suite("Losses against their references (Golden)")
struct LossesGoldenTests {
    @Test("focal loss and its gradient", arguments: GoldenCase.all("losses"))
    func focal(_ golden: GoldenCase) throws {
        let config = try golden.config(Config.self)
        let logits = try golden.tensor("focal.logits").cloned().requiringGradient()
        let targets = try golden.tensor("focal.targets")
        let loss = sigmoidFocalLoss(logits: logits, targets: targets, alpha: config.alpha, gamma: config.gamma)
        #expect(mismatch(loss, try golden.tensor("focal.out_none")) == nil)
        #expect(mismatch(loss.sum(), try golden.tensor("focal.out_sum")) == nil)
        #expect(mismatch(loss.mean(), try golden.tensor("focal.out_mean")) == nil)
        let total = loss.sum() / (targets .> 0).to(.float32).sum()
        #expect(mismatch(total, try golden.tensor("focal.out_sum_over_num_positive")) == nil)
        total.backward()
        let gradient = try golden.tensor("focal.grad_logits_of_sum_over_num_positive")
        #expect(mismatch(try #require(logits.gradient), gradient, relative: 1e-3) == nil)
        let plain = sigmoidFocalLoss(logits: logits, targets: targets, alpha: nil, gamma: 0)
        #expect(mismatch(plain, try golden.tensor("focal.out_none_no_alpha_gamma0")) == nil)
    }

    @Test("smooth L1 and its gradient", arguments: GoldenCase.all("losses"))
    func smoothL1(_ golden: GoldenCase) throws {
        let target = try golden.tensor("smooth_l1.target")
        for (name, beta) in [("smooth_l1.beta_1", 1.0), ("smooth_l1.beta_1_9", 1.0 / 9)] {
            let input = try golden.tensor("smooth_l1.input").cloned().requiringGradient()
            let loss = input.smoothL1(target, beta: beta)
            #expect(mismatch(loss, try golden.tensor(name + ".out_none")) == nil, "\(name)")
            loss.mean().backward()
            let gradient = try golden.tensor(name + ".grad_of_mean")
            #expect(mismatch(try #require(input.gradient), gradient, relative: 1e-3) == nil, "\(name)")
        }
        let distance = (try golden.tensor("smooth_l1.input") - target).abs()
        #expect(mismatch(distance, try golden.tensor("l1.out_none")) == nil)
    }

    @Test("overlaps of spans, forms of spans, gradients", arguments: GoldenCase.all("losses"))
    func spans(_ golden: GoldenCase) throws {
        let a = try golden.tensor("span.a")
        let b = try golden.tensor("span.b")
        #expect(mismatch(pairwiseSpanIoU(a, b), try golden.tensor("span.iou")) == nil)
        #expect(mismatch(pairwiseSpanGeneralizedIoU(a, b), try golden.tensor("span.giou")) == nil)
        #expect(mismatch(centerWidth(fromStartEnd: a), try golden.tensor("span.xx_to_cxw")) == nil)
        let centered = try golden.tensor("span.cxw").cloned().requiringGradient()
        #expect(mismatch(startEnd(fromCenterWidth: centered), try golden.tensor("span.cxw_to_xx")) == nil)

        let zeroWidth = (try golden.tensor("span.degenerate.a"), try golden.tensor("span.degenerate.b"))
        let iou = pairwiseSpanIoU(zeroWidth.0, zeroWidth.1)
        #expect(mismatch(iou, try golden.tensor("span.degenerate.iou")) == nil)
        let generalized = pairwiseSpanGeneralizedIoU(zeroWidth.0, zeroWidth.1)
        #expect(mismatch(generalized, try golden.tensor("span.degenerate.giou")) == nil)

        let paired = try golden.tensor("span.giou_diag_cxw_first5_vs_b")
        let first = centered[..<paired.size(0)].detached().requiringGradient()
        let overlap = spanGeneralizedIoU(startEnd(fromCenterWidth: first), b)
        #expect(mismatch(overlap, paired) == nil)
        (1 - overlap).mean().backward()
        let gradient = try golden.tensor("span.grad_cxw_of_mean_1_minus_giou_diag")
        #expect(mismatch(try #require(first.gradient), gradient, relative: 1e-3) == nil)
    }

    @Test("weighted cross entropy", arguments: GoldenCase.all("losses"))
    func crossEntropy(_ golden: GoldenCase) throws {
        let logits = try golden.tensor("wce.logits")
        let classes = try golden.tensor("wce.target")
        let weights = try golden.tensor("wce.weight")
        let loss = weightedCrossEntropy(logits: logits, classes: classes, weights: weights)
        #expect(mismatch(loss, try golden.tensor("wce.out_none_mean")) == nil)
        let each = logits.transposed(1, 2).crossEntropy(classes, weight: weights)
        #expect(mismatch(each, try golden.tensor("wce.out_none")) == nil)
        let mean = each.sum() / weights.entries(classes.flattened(), 0).sum()
        #expect(mismatch(mean, try golden.tensor("wce.out_torch_mean")) == nil)
    }

    @Test("saliency hinge", arguments: GoldenCase.all("losses"))
    func hinge(_ golden: GoldenCase) throws {
        let loss = hingeSaliencyLoss(
            scores: try golden.tensor("hinge.scores"), positives: try golden.tensor("hinge.pos"),
            negatives: try golden.tensor("hinge.neg"), margin: try golden.config(Config.self).margin)
        #expect(mismatch(loss, try golden.tensor("hinge.out_margin_0_2")) == nil)
    }

    @Test("InfoNCE and its gradients", arguments: GoldenCase.all("losses"))
    func contrast(_ golden: GoldenCase) throws {
        let loss = SaliencyInfoNCE(temperature: try golden.config(Config.self).temperature)
        let clips = try golden.tensor("infonce.vid_mem_proj").cloned().requiringGradient()
        let sentences = try golden.tensor("infonce.txt_mem_proj").cloned().requiringGradient()
        let positives = try golden.tensor("infonce.saliency_pos_labels")[0..., 0]
        let inter = loss.inter(clips: clips, sentences: sentences.squeezed(1), positives: positives)
        #expect(mismatch(inter, try golden.tensor("infonce.loss_s_inter")) == nil)
        let intra = loss.intra(
            clips: clips, sentences: sentences.squeezed(1), positives: positives,
            scores: try golden.tensor("infonce.saliency_scores"),
            mask: try golden.tensor("infonce.timestamp_mask").to(.bool))
        #expect(mismatch(intra, try golden.tensor("infonce.loss_s_intra")) == nil)
        (inter + intra * 0.5).backward()
        for (input, name) in [(clips, "vid"), (sentences, "txt")] {
            let gradient = try golden.tensor("infonce.grad_\(name)_mem_proj_of_inter_plus_half_intra")
            #expect(mismatch(try #require(input.gradient), gradient, relative: 1e-3) == nil, "\(name)")
        }
    }

    @Test("both ways to bring vectors to length 1", arguments: GoldenCase.all("losses"))
    func normalization(_ golden: GoldenCase) throws {
        let x = try golden.tensor("l2norm.in")
        let added = L2Normalization.added(eps: 1e-5)(x)
        #expect(mismatch(added, try golden.tensor("l2norm.dataset_numpy_eps_added_1e-5"), absolute: 1e-7) == nil)
        let floored = L2Normalization.floored(eps: 1e-5)(x)
        #expect(mismatch(floored, try golden.tensor("l2norm.torch_normalize_eps_max_1e-5"), absolute: 1e-7) == nil)
    }
}
