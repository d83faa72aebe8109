import Batches
import Torch

/// Two pairs of clips of each query, of which the first ought to be more salient than the second.
///
/// The hard pair is the most and the least salient clip inside the query's moments; the easy pair is a clip inside and
/// one outside. Where no clip lies outside, the hard pair counts twice; where the targets have no saliency, both pairs are
/// easy. A query without a clip inside its moments has no pairs, nor has one without saliency and without a clip outside.
public struct SaliencyPairs: Hashable, Sendable {
    /// Rows of the batch that have pairs, ascending.
    public let rows: [Int]
    /// Two clips of each of these rows …
    public let positives: [[Int]]
    /// … and those that are to stay behind.
    public let negatives: [[Int]]

    /// Takes pairs as they are, as many a row as one likes.
    public init(rows: [Int], positives: [[Int]], negatives: [[Int]]) {
        precondition(rows.count == positives.count && rows.count == negatives.count)
        self.rows = rows
        self.positives = positives
        self.negatives = negatives
    }

    /// Chooses pairs; nil where no query has any.
    ///
    /// - Parameters:
    ///   - targets: Which clips lie in a moment, and their saliency where there is any: B×L.
    ///   - clipCounts: Clips of each video; only these are chosen.
    ///   - random: What easy pairs are drawn from; nil takes the first clip inside and the first one outside.
    public init?(_ targets: Targets, clipCounts: [Int], random: RandomSource?) {
        let width = targets.inMoment.size(1)
        let inMoment = targets.inMoment.bools()
        let saliency = targets.saliency?.floats()
        // One draw for the whole batch; four numbers a row, of which the last two serve rows without saliency.
        let tickets = random?.uniform([clipCounts.count, 4]).floats()
        var (rows, positives, negatives) = ([Int](), [[Int]](), [[Int]]())
        for (row, count) in clipCounts.enumerated() {
            let clips = 0..<count
            let inside = clips.filter { inMoment[row * width + $0] }
            let outside = clips.filter { !inMoment[row * width + $0] }
            func draw(_ list: [Int], _ ticket: Int) -> Int {
                list[tickets.map { Int($0[row * 4 + ticket] * Float(list.count)) } ?? 0]
            }
            let easy: (Int) -> (Int, Int)? = { first in
                inside.isEmpty || outside.isEmpty ? nil : (draw(inside, first), draw(outside, first + 1))
            }
            let hard = saliency.flatMap { values in Self.hard(inside) { values[row * width + $0] } }
            let found = saliency == nil ? [easy(0), easy(2)] : [hard, easy(0) ?? hard]
            let pairs = found.compactMap { $0 }
            guard pairs.count == found.count else { continue }
            rows.append(row)
            positives.append(pairs.map(\.0))
            negatives.append(pairs.map(\.1))
        }
        guard !rows.isEmpty else { return nil }
        self.init(rows: rows, positives: positives, negatives: negatives)
    }

    /// The hinge loss over these rows of the scores (B×L), one number.
    func hinge(_ scores: Tensor, margin: Double) -> Tensor {
        let device = scores.device
        return hingeSaliencyLoss(
            scores: scores.entries(Tensor(rows).to(device), 0), positives: Tensor(positives).to(device),
            negatives: Tensor(negatives).to(device), margin: margin)
    }

    /// The last of the most salient clips and the first of the least salient ones.
    private static func hard(_ clips: [Int], _ value: (Int) -> Float) -> (Int, Int)? {
        guard var best = clips.first, var worst = clips.first else { return nil }
        for clip in clips {
            if value(clip) >= value(best) { best = clip }
            if value(clip) < value(worst) { worst = clip }
        }
        return (best, worst)
    }
}
