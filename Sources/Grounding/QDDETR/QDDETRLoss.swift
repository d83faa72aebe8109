import Batches
import Torch

/// The losses of QD-DETR: on moments as Moment-DETR's, and three on the clips' saliency.
///
/// The saliency's are the hinge between pairs of clips, the contrast of each rank against all lower ones, and the negative
/// pairs: beside another query's sentence no clip is salient.
public struct QDDETRLoss {
    /// Weights and costs.
    public let configuration: QDDETRConfiguration
    /// Of the moment queries.
    public let moments: SetPredictionLoss
    /// Of the saliency's ranks.
    public let ranks = RankContrast()

    /// Makes the loss.
    public init(_ configuration: QDDETRConfiguration) {
        self.configuration = configuration
        moments = configuration.setLoss
    }

    /// The loss of a forward pass and its weighted parts by name.
    ///
    /// Where the targets have no saliency, every clip in a moment has rank 1, as the reference has it for subtitles.
    ///
    /// - Parameters:
    ///   - output: Predictions of the decoder's layers, each of which adds to the loss, and the clips' saliency (B×L) beside
    ///     their own sentence and beside another one.
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What the easy pairs of clips are drawn from; nil takes each query's first ones.
    public func callAsFunction(_ output: QDDETROutput, _ batch: Batch, random: RandomSource?) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let saliency = output.saliency
        // Three annotators' scores were averaged.
        let ranks = targets.saliency.map { $0 * 3 } ?? targets.inMoment.to(saliency.dtype)
        return self(
            output, TargetSpans(batch, moments: targets.moments, like: saliency),
            SaliencyPairs(targets, clipCounts: batch.clipCounts, random: random),
            ranks: ranks.slice(1, 0, saliency.size(1)).to(saliency.dtype, saliency.device))
    }

    /// The same of targets that are made already.
    ///
    /// - Parameters:
    ///   - output: As with a batch; without the saliency beside another sentence, `rank` and `negative` are left out.
    ///   - targets: The moments of the same rows: B×M×2, (start, end) as shares of the clips' whole length.
    ///   - pairs: nil where no query has a salient clip.
    ///   - ranks: B×L, the sum of the annotators' scores: 0…12.
    public func callAsFunction(
        _ output: QDDETROutput, _ targets: TargetSpans, _ pairs: SaliencyPairs?, ranks: Tensor
    ) -> Loss {
        var parts = moments(output.layers, targets)
        guard configuration.saliencyWeight > 0 else { return Loss(parts) }
        if let pairs {
            let hinge = pairs.hinge(output.saliency, margin: configuration.saliencyMargin)
            parts.append(("saliency", hinge * configuration.saliencyWeight))
        }
        guard let negatives = output.negativeSaliency else { return Loss(parts) }
        let contrast = self.ranks(
            scores: .concatenated([output.saliency, negatives], 1),
            ranks: .concatenated([ranks, ranks.zerosLike()], 1),
            mask: .concatenated([output.mask, output.mask], 1))
        // −ln(1 − σ(s)) of every clip, added up over a video.
        let refusal = (-negatives).logSigmoid().withoutPadding(output.mask).sum(1).mean()
        parts.append(("rank", contrast * configuration.saliencyWeight))
        parts.append(("negative", -refusal * configuration.saliencyWeight))
        return Loss(parts)
    }
}
