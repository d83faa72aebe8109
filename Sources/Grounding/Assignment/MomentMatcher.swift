import Batches
import Torch

/// Target moments of a batch as one tensor.
public struct TargetSpans: Sendable {
    /// B×M×2: (start, end) as shares of each video's duration; (0, 1) beyond a row's own moments.
    public let spans: Tensor
    /// Moments of each row.
    public let counts: [Int]

    /// Makes spans of moments in seconds.
    public init(_ moments: [[Span]], durations: [Double], dtype: DType = .float32, device: Device = .cpu) {
        precondition(moments.count == durations.count, "as many durations as rows")
        counts = moments.map(\.count)
        let width = counts.max() ?? 0
        let values = zip(moments, durations).flatMap { moments, duration in
            moments.flatMap { [$0.start / duration, $0.end / duration] }
                + [[Double]](repeating: [0, 1], count: width - moments.count).joined()
        }
        spans = Tensor(values, shape: [moments.count, width, 2]).to(dtype, device)
    }

    /// The moments of a batch as Moment-DETR and its kin see them, of the type and on the device of a prediction.
    ///
    /// A moment's ends are divided by the clips' whole length, as in the references, and not by the duration; predictions
    /// are multiplied by the duration. The two differ where a video's length is no multiple of a clip's.
    init(_ batch: Batch, moments: [[Span]], like prediction: Tensor) {
        let lengths = zip(batch.queries, batch.clipCounts).map { $0.clipLength * Double($1) }
        self.init(moments, durations: lengths, dtype: prediction.dtype, device: prediction.device)
    }

    /// Takes spans as they are: B×M×2.
    public init(spans: Tensor, counts: [Int]) {
        self.spans = spans
        self.counts = counts
    }
}

/// Predictions and the targets they were given: entry k pairs prediction `predictions[k]` of row `items[k]`.
public struct MatchedPairs: Hashable, Sendable {
    /// Rows of the batch, ascending.
    public var items: [Int] = []
    /// Numbers of predictions, ascending within a row.
    public var predictions: [Int] = []
    /// Numbers of targets within their row.
    public var targets: [Int] = []

    /// Makes an empty list.
    public init() {}

    /// Count of pairs.
    public var count: Int { items.count }

    /// The paired predictions of B×Q×…: n×….
    public func predicted(_ x: Tensor) -> Tensor {
        x.picked(Tensor(items).to(x.device), Tensor(predictions).to(x.device))
    }

    /// The paired targets of B×M×…: n×….
    public func targeted(_ x: Tensor) -> Tensor { x.picked(Tensor(items).to(x.device), Tensor(targets).to(x.device)) }

    /// B×Q, `bool`: true for paired predictions.
    public func mask(_ rows: Int, _ predictions: Int, device: Device = .cpu) -> Tensor {
        var values = [Bool](repeating: false, count: rows * predictions)
        for (item, prediction) in zip(items, self.predictions) { values[item * predictions + prediction] = true }
        return Tensor(values, shape: [rows, predictions]).to(device)
    }
}

/// Why the moments of a row could not be matched.
public struct MatchingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The row of the batch.
    public let item: Int
    /// What is wrong with its costs; rows are predictions, columns target moments.
    public let cause: AssignmentError

    /// What is wrong, where, and what to do.
    public var description: String {
        "item \(item) of the batch cannot be matched: \(cause). Rows are predictions, columns target moments; "
            + "a cost that is NaN comes from a prediction that is NaN."
    }
}

/// Gives each target moment the prediction that fits it best, at the least total cost (Carion et al., 2020).
///
/// Cost = `distance`·L1 − `overlap`·gIoU − `confidence`·(probability of the foreground). The default weights are
/// Moment-DETR's.
public struct MomentMatcher: Hashable, Sendable {
    /// Weight of the foreground's probability.
    public var confidence: Double
    /// Weight of the L1 distance.
    public var distance: Double
    /// Weight of the generalised IoU.
    public var overlap: Double
    /// What the L1 distance is measured in.
    public var form: SpanForm

    /// Makes a matcher.
    public init(
        confidence: Double = 4, distance: Double = 10, overlap: Double = 1, form: SpanForm = .centerWidth
    ) {
        self.confidence = confidence
        self.distance = distance
        self.overlap = overlap
        self.form = form
    }

    /// B×Q×M costs of each prediction for each target. Records no gradients.
    ///
    /// - Parameters:
    ///   - probabilities: B×Q, of the foreground.
    ///   - spans: B×Q×2, (start, end) as shares of the duration.
    ///   - targets: The moments of the same rows, B×M×2. Costs of what stands beyond a row's own moments mean nothing.
    public func costs(probabilities: Tensor, spans: Tensor, targets: TargetSpans) -> Tensor {
        withoutGradient {
            let wanted = targets.spans
            let (a, b) =
                form == .startEnd
                ? (spans, wanted) : (centerWidth(fromStartEnd: spans), centerWidth(fromStartEnd: wanted))
            let apart = (a.unsqueezed(2) - b.unsqueezed(1)).abs().sum(-1)
            let shared = pairwiseSpanGeneralizedIoU(spans, wanted)
            return apart * distance - shared * overlap - probabilities.unsqueezed(2) * confidence
        }
    }

    /// The best pairs of every row.
    ///
    /// - Parameters:
    ///   - probabilities: B×Q, of the foreground.
    ///   - spans: B×Q×2, (start, end) as shares of the duration.
    ///   - targets: The moments of the same rows, B×M×2. Only a row's own are given a prediction.
    ///   - counts: How many of a row's predictions take part, from the first; all where nil.
    /// - Throws: ``MatchingError`` where a prediction is NaN.
    public func match(
        probabilities: Tensor, spans: Tensor, targets: TargetSpans, counts: [Int]? = nil
    ) throws -> MatchedPairs {
        let width = targets.spans.size(1)
        let predictions = spans.size(1)
        var pairs = MatchedPairs()
        guard width > 0 else { return pairs }
        // One transfer for the whole batch; the search itself is plain Swift.
        let costs = costs(probabilities: probabilities, spans: spans, targets: targets).doubles()
        for (item, wanted) in targets.counts.enumerated() where wanted > 0 {
            let rows = counts?[item] ?? predictions
            var values: [Double] = []
            values.reserveCapacity(rows * wanted)
            for row in 0..<rows {
                let first = (item * predictions + row) * width
                values.append(contentsOf: costs[first..<(first + wanted)])
            }
            do throws(AssignmentError) {
                for pair in try hungarian(CostMatrix(rows: rows, columns: wanted, values: values)) {
                    pairs.items.append(item)
                    pairs.predictions.append(pair.row)
                    pairs.targets.append(pair.column)
                }
            } catch {
                throw MatchingError(item: item, cause: error)
            }
        }
        return pairs
    }
}
