/// Every choice of a CDNet (arXiv 2408.07600), as one value.
///
/// The field's doc comment says **paper** where the text states the choice, and **restored** where the equation was
/// rebuilt from the prose and from the work that the paper cites there. So a better reading is another configuration,
/// not other code. Two models with equal configurations and seeds are equal.
///
///     var configuration = CDNetConfiguration.small(videoWidth: 2818, textWidth: 512)
///     configuration.assignment = .hungarian
///     let model = try CDNet(configuration, seed: 1)
///
/// In a file any field may be left out, but for the two widths of the features; it then has the paper's value. A field
/// that does not exist is an error.
public struct CDNetConfiguration: Hashable, Sendable {
    // MARK: Features

    /// Numbers a clip comes with. Paper: 2818 on QVHighlights (SlowFast 2304, CLIP 512, temporal endpoints 2).
    public var videoWidth: Int
    /// Numbers a word comes with. Paper: 512, CLIP's text encoder.
    public var textWidth: Int
    /// Words (tokens) of a sentence that are read; the rest is cut. Restored: 32.
    public var maxWords = 32

    // MARK: Size

    /// Hidden size d. Paper: 1024.
    public var hiddenSize = 1024
    /// Heads of every attention. Restored: 8.
    public var heads = 8
    /// Layers of the projections of clips and of words to the hidden size. Restored: 2, as Moment-DETR.
    public var projectionLayers = 2
    /// Layers of the localizer, the transformer encoder over clips and words. Restored: 4, as UniVTG.
    public var localizerLayers = 4
    /// Inner width of the feed-forward networks, in the localizer and in eq. 13. Restored: 1024, as UniVTG.
    public var feedForwardSize = 1024
    /// Layers of the two convolution heads. Paper: 3.
    public var headLayers = 3
    /// Kernel of the two convolution heads, in clips; odd. Paper: 3.
    public var headKernel = 3

    // MARK: Regularisation

    /// Dropout in the projections of clips and words. Restored: 0.5, as Moment-DETR.
    public var inputDropout = 0.5
    /// Dropout in the localizer. Restored: 0.1.
    public var dropout = 0.1
    /// Drop path on the residuals of eqs. 12 and 13. Paper: 0.1.
    public var dropPath = 0.1

    // MARK: Query-guided semantic disentanglement (section 3.1)

    /// Whether eq. 1, the intra-video contrast, is part of the loss.
    public var usesIntraLoss = true
    /// Whether eq. 2, the inter-video contrast, is part of the loss.
    public var usesInterLoss = true
    /// Whether eq. 4, the token-level contrast, is part of the loss.
    public var usesTokenLoss = true
    /// λ1, the weight of eq. 1. Paper: 0.1.
    public var intraWeight = 0.1
    /// λ2, the weight of eq. 2. Paper: 0.1.
    public var interWeight = 0.1
    /// λ3, the weight of eq. 4. Paper: 0.1.
    public var tokenWeight = 0.1
    /// τ of eqs. 1, 2 and 4. Restored: 0.07, as UniVTG.
    public var temperature = 0.07
    /// Whether eq. 2 also asks each sentence to find its clip. Restored: one way.
    public var interContrast = InterContrast.oneWay
    /// Whether queries and keys of the context encoder (eq. 6) carry sine positions. Restored: yes, as VLTVG.
    public var contextPosition = true
    /// Whether clips are weighted by their relevance (eq. 7); otherwise S is 1 everywhere.
    public var usesRelevanceScore = true
    /// Where α of eq. 7 starts; it is learned. Restored: 1, as VLTVG.
    public var relevanceScale = 1.0
    /// Where σ of eq. 7 starts; it is learned. Restored: 0.5, as VLTVG.
    public var relevanceDeviation = 0.5
    /// The power of 1 − cos in eq. 7. Restored: 2, as VLTVG.
    public var relevancePower = 2.0
    /// Layers of f_v and f_t of eq. 7. Restored: 1, as VLTVG.
    public var relevanceLayers = 1
    /// **Restored.** Whether f_v and f_t of eq. 7 start as the identity, so that the score starts as that of cos(V_i, T̂_i);
    /// with ``relevanceLayers`` above 1 a ReLU lies between them, and it does so only about.
    public var relevanceStartsAsCosine = true

    // MARK: Context-aware dynamic denoising (section 3.2)

    /// Whether the clips attend to sampled points (eqs. 8–13); otherwise V′ = Ṽ.
    public var usesDenoising = true
    /// r: so many clips share a sampled point. Paper: 4.
    public var samplingRatio = 4
    /// Where the points of the grid lie. Paper: from the first clip to the last.
    public var referencePoints = ReferenceGrid.Points.ends
    /// Whether the points move off the grid by learned offsets; otherwise the plain grid is sampled. Paper: yes.
    public var learnsOffsets = true
    /// k, the kernel of the offset network, in clips. Restored: 9, as DAT.
    public var offsetKernel = 9
    /// Channels are split into so many groups with offsets of their own. Restored: 1.
    public var offsetGroups = 1
    /// The greatest displacement is this over G, with the video spanning [−1, 1]. Restored: 2, one step of the grid.
    public var offsetRange = 2.0
    /// **Restored.** Whether the points start on the plain grid: the offset network's last weights are zero at first.
    public var offsetsStartAtZero = true
    /// **Restored.** Where the layer normalises. After its residuals, as in eq. 13, the size of Ṽ_i = S_i F_i is lost, which is all
    /// that the relevance has said of the clip; before the feed-forward network it is kept.
    public var denoisingNorm = DenoisingNorm.after

    // MARK: Grounding (section 3.3)

    /// Which clips answer for a moment in training. The paper names Hungarian matching; what it does for the rest is open.
    public var assignment = Assignment.dense
    /// α of the focal loss (eqs. 14, 15). Restored: 0.25.
    public var focalAlpha = 0.25
    /// γ of the focal loss (eqs. 14, 15). Paper: 2.
    public var focalGamma = 2.0
    /// λ4, the weight of the smooth L1 distance in eq. 16. Paper: 1.
    public var smoothL1Weight = 1.0
    /// λ5, the weight of 1 − gIoU in eq. 16. Paper: 1.
    public var giouWeight = 1.0
    /// Below this difference, as a share of the duration, the smooth L1 distance is quadratic. Restored: 1.
    public var smoothL1Beta = 1.0
    /// Weight of the confidence in the cost of a match. Restored: 4, as Moment-DETR.
    public var matchingClassCost = 4.0
    /// Weight of the L1 distance in the cost of a match. Restored: 10, as Moment-DETR.
    public var matchingL1Cost = 10.0
    /// Weight of −gIoU in the cost of a match. Restored: 1, as Moment-DETR.
    public var matchingGIoUCost = 1.0

    // MARK: Answers

    /// A moment that overlaps a better one by more than this IoU is dropped. Paper: 0.7.
    public var nmsThreshold = 0.7
    /// Moments that a query gets at most. Restored: 10.
    public var momentCount = 10
    /// What a clip's saliency is. Restored.
    public var highlights = HighlightSource.sum

    /// The paper's choices for features of the given widths.
    public init(videoWidth: Int, textWidth: Int) {
        self.videoWidth = videoWidth
        self.textWidth = textWidth
    }
}

extension CDNetConfiguration {
    /// Directions of eq. 2.
    public enum InterContrast: String, Codable, Sendable, CaseIterable {
        /// Each clip finds its sentence among those of the batch.
        case oneWay
        /// That and each sentence finding its clip, added as in UniVTG.
        case symmetric
    }

    /// Which clips answer for a moment in training.
    public enum Assignment: String, Codable, Sendable, CaseIterable {
        /// Every clip inside a moment.
        case dense
        /// One clip a moment, chosen by Hungarian matching.
        case hungarian
        /// The losses of both, added.
        case both
    }

    /// Where the denoising layer (eqs. 12 and 13) has its LayerNorm.
    public enum DenoisingNorm: String, Codable, Sendable, CaseIterable {
        /// V′ = LN(Z + FFN(Z)) with Z = LN(Ṽ + MHA): as eq. 13 has it.
        case after
        /// V′ = Z + FFN(LN(Z)) with Z = Ṽ + MHA.
        case before
    }

    /// What a clip's saliency is made of.
    public enum HighlightSource: String, Codable, Sendable, CaseIterable {
        /// S_i of eq. 7. Without a relevance score the confidence takes its place.
        case relevance
        /// f_i, the probability that the clip lies in a moment.
        case confidence
        /// S_i + f_i.
        case sum
    }
}

extension CDNetConfiguration {
    /// The paper's model, d = 1024.
    public static func paper(videoWidth: Int, textWidth: Int) -> Self {
        Self(videoWidth: videoWidth, textWidth: textWidth)
    }

    /// The same parts at d = 256: it trains on a few processor cores.
    public static func small(videoWidth: Int, textWidth: Int) -> Self {
        var result = Self(videoWidth: videoWidth, textWidth: textWidth)
        result.hiddenSize = 256
        return result
    }
}

extension CDNetConfiguration: Codable {}
