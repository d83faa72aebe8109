import Batches
import Torch

/// The losses of Moment-DETR: on moments, matched anew for every decoder layer, and on the clips' saliency.
public struct MomentDETRLoss {
    /// Weights and costs.
    public let configuration: MomentDETRConfiguration
    /// Of the moment queries.
    public let moments: SetPredictionLoss

    /// Makes the loss.
    public init(_ configuration: MomentDETRConfiguration) {
        self.configuration = configuration
        moments = configuration.setLoss
    }

    /// The loss of a forward pass and its weighted parts by name.
    ///
    /// - Parameters:
    ///   - output: Predictions of the decoder's layers, each of which adds to the loss, and the clips' saliency (B×L).
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What the easy pairs of clips are drawn from; nil takes each query's first ones.
    public func callAsFunction(_ output: MomentDETROutput, _ batch: Batch, random: RandomSource?) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        return self(
            output, TargetSpans(batch, moments: targets.moments, like: output.saliency),
            SaliencyPairs(targets, clipCounts: batch.clipCounts, random: random))
    }

    /// The same of targets that are made already. `pairs` is nil where no query has a salient clip.
    public func callAsFunction(_ output: MomentDETROutput, _ targets: TargetSpans, _ pairs: SaliencyPairs?) -> Loss {
        var parts = moments(output.layers, targets)
        if configuration.saliencyWeight > 0, let pairs {
            let hinge = pairs.hinge(output.saliency, margin: configuration.saliencyMargin)
            parts.append(("saliency", hinge * configuration.saliencyWeight))
        }
        return Loss(parts)
    }
}
