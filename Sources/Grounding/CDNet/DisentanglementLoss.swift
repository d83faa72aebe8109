import Torch

/// L_QSD of eq. 5: λ1 L_intra + λ2 L_inter + λ3 L_token.
///
/// One positive clip a query, drawn from its moments, serves all three. A query without a positive clip takes no part.
public struct DisentanglementLoss {
    /// Weights, temperature and which of the three are used.
    public let configuration: CDNetConfiguration

    /// Makes the loss.
    public init(_ configuration: CDNetConfiguration) { self.configuration = configuration }

    /// `intra` (eq. 1), `inter` (eq. 2) and `token` (eq. 4), weighted, as far as they are used.
    ///
    /// - Parameters:
    ///   - output: What the model says of all rows of a batch, of which V (B×L×d), Q (B×d) and T̂ (B×L×d) are compared.
    ///   - inMoment: B×L, `bool`: clips that lie in a moment.
    ///   - tickets: B×L, uniform numbers by which the positive clips are drawn; nil takes each query's first one.
    public func callAsFunction(
        _ output: CDNetOutput, inMoment: Tensor, tickets: Tensor?
    ) -> [(name: String, value: Tensor)] {
        guard configuration.contrasts else { return [] }
        let positives = tickets.map { DrawnClips(from: inMoment, tickets: $0) } ?? Self.first(inMoment)
        let negatives = output.mask.map { $0 .& .!inMoment } ?? .!inMoment
        let contrast = IntraVideoContrast(temperature: configuration.temperature)
        var parts: [(name: String, value: Tensor)] = []

        if configuration.usesIntraLoss {
            let loss = contrast(
                similarity: clipSimilarity(output.video, output.query), positives: positives, negatives: negatives)
            parts.append(("intra", loss * configuration.intraWeight))
        }
        if configuration.usesInterLoss {
            let loss = InterVideoContrast(
                temperature: configuration.temperature, symmetric: configuration.interContrast == .symmetric
            )(clips: positives.vectors(of: output.video), sentences: output.query, found: positives.found)
            parts.append(("inter", loss * configuration.interWeight))
        }
        if configuration.usesTokenLoss, let wordsByClip = output.wordsByClip {
            let loss = contrast(
                similarity: clipSimilarity(output.video, wordsByClip), positives: positives, negatives: negatives)
            parts.append(("token", loss * configuration.tokenWeight))
        }
        return parts
    }

    private static func first(_ mask: Tensor) -> DrawnClips {
        DrawnClips(indices: mask.to(.float32).argmax(1), found: mask.any(1))
    }
}

extension CDNetConfiguration {
    /// Whether any of the three contrastive losses is used.
    var contrasts: Bool { usesIntraLoss || usesInterLoss || usesTokenLoss }
}
