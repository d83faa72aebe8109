import Batches
import Torch

/// The loss of eq. 17: L = L_f + L_b + L_QSD.
///
/// L_f is the focal loss on the confidences (eqs. 14, 15), L_b the boundary loss (eq. 16), L_QSD the sum of the three
/// contrastive losses (eq. 5).
public struct CDNetLoss {
    /// L_f + L_b.
    public let grounding: GroundingLoss
    /// L_QSD.
    public let disentanglement: DisentanglementLoss

    /// Makes the loss.
    public init(_ configuration: CDNetConfiguration) {
        grounding = GroundingLoss(configuration)
        disentanglement = DisentanglementLoss(configuration)
    }

    /// The loss of a forward pass and its weighted parts by name.
    ///
    /// - Parameters:
    ///   - output: What the model says of all rows of the batch: eq. 2 holds them against each other.
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What the positive clips of eqs. 1, 2 and 4 are drawn from; nil takes each query's first positive clip,
    ///     so that an evaluation draws nothing.
    public func callAsFunction(_ output: CDNetOutput, _ batch: Batch, random: RandomSource?) -> Loss {
        let (clips, device) = (output.logits.size(1), output.logits.device)
        let inMoment = batch.placed(on: device, width: clips) { batch in
            guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
            return targets.inMoment.slice(1, 0, clips)
        }
        let draws = disentanglement.configuration.contrasts ? random : nil
        let tickets = draws.map { batch.tickets(inMoment.shape, from: $0, on: device) }
        return Loss(
            grounding(output, batch, inMoment: inMoment)
                + disentanglement(output, inMoment: inMoment, tickets: tickets))
    }
}
