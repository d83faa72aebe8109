import Batches
import Torch

/// The losses of XML: where a moment starts and ends, and which video a sentence is about.
public struct XMLLoss {
    /// Weights and margins.
    public let configuration: XMLConfiguration

    /// Makes the loss.
    public init(_ configuration: XMLConfiguration) { self.configuration = configuration }

    /// The loss of a forward pass and its weighted parts by name.
    ///
    /// - Parameters:
    ///   - output: What the model says of the batch, with the scores of every sentence for every video (B×B).
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What is drawn from; nil draws nothing.
    public func callAsFunction(_ output: XMLOutput, _ batch: Batch, random: RandomSource?) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let boundaries = BoundaryClips(batch, moments: targets.moments, random: random)
        var parts = [("boundary", boundaryLoss(output, boundaries) * configuration.boundaryWeight)]
        let ranking = VideoRanking(margin: configuration.rankingMargin, hardPool: configuration.hardPool)
        let videos = batch.queries.map(\.video)
        for (name, scores, weight) in [
            ("other_video", output.videoScores, configuration.videoRankingWeight),
            ("other_sentence", output.videoScores.transposed(), configuration.sentenceRankingWeight),
        ] where weight > 0 {
            parts.append((name, ranking(scores, videos: videos, random: random) * weight))
        }
        if configuration.saliencyWeight > 0,
            let pairs = SaliencyPairs(targets, clipCounts: batch.clipCounts, random: random)
        {
            let hinge = pairs.hinge(output.similarity, margin: configuration.saliencyMargin)
            parts.append(("saliency", hinge * configuration.saliencyWeight))
        }
        return Loss(parts)
    }

    /// −ln p_start(a) − ln p_end(b), the mean over the rows that have a moment (equation 7 of XML); 0 without any.
    private func boundaryLoss(_ output: XMLOutput, _ clips: BoundaryClips) -> Tensor {
        guard !clips.rows.isEmpty else { return output.similarity.sum() * 0 }
        let rows = Tensor(clips.rows).to(output.starts.device)
        func entropy(_ logits: Tensor, _ places: [Int]) -> Tensor {
            logits.entries(rows, 0).crossEntropy(Tensor(places).to(logits.device)).mean()
        }
        return entropy(output.starts, clips.starts) + entropy(output.ends, clips.ends)
    }
}

/// The clips with which one moment of each query starts and ends. Queries without a moment have none.
struct BoundaryClips: Hashable {
    /// Rows of the batch that have a moment.
    let rows: [Int]
    /// The first clip of each of them …
    let starts: [Int]
    /// … and the last one.
    let ends: [Int]

    /// - Parameter random: What the moment is drawn from where there are several; nil takes the first.
    init(_ batch: Batch, moments: [[Span]], random: RandomSource?) {
        let tickets = random?.uniform([batch.count]).floats()
        var (rows, starts, ends) = ([Int](), [Int](), [Int]())
        for (row, own) in moments.enumerated() where !own.isEmpty {
            let moment = own[tickets.map { min(Int($0[row] * Float(own.count)), own.count - 1) } ?? 0]
            let (length, last) = (batch.queries[row].clipLength, batch.clipCounts[row] - 1)
            let start = min(Int(moment.start / length), last)
            rows.append(row)
            starts.append(start)
            ends.append(min(max(Int((moment.end / length).rounded(.up)) - 1, start), last))
        }
        (self.rows, self.starts, self.ends) = (rows, starts, ends)
    }
}

/// How far another video (or sentence) of the batch comes too close to the own one (equations 5 and 6 of XML).
///
/// max(0, margin + s_other − s_own), with one other drawn for each row; the mean over the rows that have another.
struct VideoRanking: Hashable {
    /// By how much the own one is to be ahead.
    let margin: Double
    /// The other one is drawn from so many that score highest; 0 for all.
    let hardPool: Int

    /// - Parameters:
    ///   - scores: B×B; the own pairs lie on the diagonal.
    ///   - videos: The video of each row: rows of the same video are no others.
    ///   - random: What is drawn from; nil takes the mean over all that may be drawn.
    func callAsFunction(_ scores: Tensor, videos: [String], random: RandomSource?) -> Tensor {
        let count = videos.count
        let differ = videos.flatMap { own in videos.map { $0 != own } }
        let weights: Tensor = withoutGradient {
            let all = Tensor(differ, shape: [count, count]).to(scores.device)
            let others = hardPool > 0 ? all .& isHard(scores.masked(.!all, with: -.infinity)) : all
            let chosen = random.map { random in
                let tickets = random.uniform([count, count], device: scores.device).masked(.!others, with: -1)
                return tickets.argmax(1).oneHot(count).to(.bool) .& others
            }
            let counted = (chosen ?? others).to(scores.dtype)
            return counted / counted.sum(1, keep: true).clamped(min: 1)
        }
        let hinge = (scores - scores.diagonal().unsqueezed(1) + margin).clamped(min: 0)
        return (hinge * weights).sum() / weights.sum().clamped(min: 1)
    }

    /// Whether a score is among the ``hardPool`` highest of its row.
    private func isHard(_ scores: Tensor) -> Tensor {
        scores .>= scores.top(min(hardPool, scores.size(1))).values.slice(1, -1, .max)
    }
}
