import Batches
import Torch

/// What one decoder layer says of its moment queries.
public struct QueryPredictions {
    /// B×Q×2: foreground (class 0), background (class 1).
    public let logits: Tensor
    /// B×Q×2: (centre, width) as shares of the video.
    public let spans: Tensor

    /// Takes predictions as they are.
    public init(logits: Tensor, spans: Tensor) {
        self.logits = logits
        self.spans = spans
    }
}

extension QueryPredictions: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> QueryPredictions {
        QueryPredictions(logits: all(logits), spans: all(spans))
    }
}

/// The losses of moment queries, matched anew for every decoder layer (Carion et al., 2020; Moment-DETR, QD-DETR).
public struct SetPredictionLoss: Hashable, Sendable {
    /// Weight of the cross entropy of foreground and background.
    public var labelWeight: Double
    /// Weight of the L1 distance of centres and widths.
    public var spanWeight: Double
    /// Weight of 1 − gIoU.
    public var giouWeight: Double
    /// What the background counts in the cross entropy, as a share of the foreground.
    public var backgroundWeight: Double
    /// What decides which query answers for which moment.
    public var matcher: MomentMatcher

    /// Makes the loss.
    public init(
        labelWeight: Double = 4, spanWeight: Double = 10, giouWeight: Double = 1, backgroundWeight: Double = 0.1,
        matcher: MomentMatcher = MomentMatcher()
    ) {
        self.labelWeight = labelWeight
        self.spanWeight = spanWeight
        self.giouWeight = giouWeight
        self.backgroundWeight = backgroundWeight
        self.matcher = matcher
    }

    /// `label`, `span` and `giou` of the last layer, weighted, then `label_0` and so on of the earlier ones.
    public func callAsFunction(
        _ layers: [QueryPredictions], _ targets: TargetSpans
    ) -> [(name: String, value: Tensor)] {
        layers.enumerated().reversed().flatMap { number, layer in
            let suffix = number == layers.count - 1 ? "" : "_\(number)"
            return losses(layer, targets).map { ($0.name + suffix, $0.value) }
        }
    }

    /// The pairs of a layer's predictions and the target moments at the least cost; nil where a prediction is NaN.
    public func match(_ layer: QueryPredictions, _ targets: TargetSpans) -> MatchedPairs? {
        try? matcher.match(
            probabilities: layer.logits.softmax(-1).entry(0, -1), spans: startEnd(fromCenterWidth: layer.spans),
            targets: targets)
    }

    private func losses(_ layer: QueryPredictions, _ targets: TargetSpans) -> [(name: String, value: Tensor)] {
        let (dtype, device) = (layer.spans.dtype, layer.spans.device)
        guard let pairs = match(layer, targets) else {
            // Training stops at a loss that is not finite and names the batch.
            return ["label", "span", "giou"].map { ($0, Tensor(.nan, dtype: dtype, device: device)) }
        }
        let (rows, count) = (layer.logits.size(0), layer.logits.size(1))
        // Class 0 is the foreground.
        let classes = 1 - pairs.mask(rows, count, device: device).to(.int64)
        let weights = Tensor([1, backgroundWeight]).to(dtype, device)
        let label = weightedCrossEntropy(logits: layer.logits, classes: classes, weights: weights)
        // The mean over no pairs would be NaN.
        guard pairs.count > 0 else { return [("label", label * labelWeight)] }
        let predicted = pairs.predicted(layer.spans)
        let wanted = pairs.targeted(targets.spans)
        let distance = (predicted - centerWidth(fromStartEnd: wanted)).abs().mean()
        let apart = (1 - spanGeneralizedIoU(startEnd(fromCenterWidth: predicted), wanted)).mean()
        return [("label", label * labelWeight), ("span", distance * spanWeight), ("giou", apart * giouWeight)]
    }
}
