/// Average precision of clips ranked by saliency, in the form of the QVHighlights evaluator.
///
/// Clips of equal saliency are one step. The precision at a step is the best at this or any lower
/// saliency; it is averaged over the steps that add a highlight, each once, however many it adds.
struct RankedAveragePrecision {
    private struct Ranked {
        var score: Double
        var clip: Int
    }

    /// Clips by decreasing saliency.
    private var ranking: [Ranked] = []
    /// For each step, the place in the ranking behind its last clip.
    private var stepEnds: [Int] = []
    /// The clips' ratings in the order of the ranking: annotators × clips.
    private var ratings: [Double] = []
    /// For each step, how many highlights there are up to its end.
    private var hits: [Int] = []
    private var precisions: [Double] = []

    /// Ranks the clips, once for all levels and annotators.
    ///
    /// - Parameters:
    ///   - saliency: cut or padded with 0 to the number of clips. NaN ranks below everything.
    ///   - rated: the clips' ratings, which also say how many clips there are.
    mutating func rank(_ saliency: [Double], _ rated: ClipRatings) {
        let clips = rated.clipCount
        ranking.removeAll(keepingCapacity: true)
        for clip in 0..<clips {
            let score = clip < saliency.count ? saliency[clip] : 0
            ranking.append(Ranked(score: score.isNaN ? -.infinity : score, clip: clip))
        }
        ranking.sort { $0.score > $1.score }
        stepEnds.removeAll(keepingCapacity: true)
        for place in 1..<max(clips, 1) where ranking[place].score != ranking[place - 1].score {
            stepEnds.append(place)
        }
        stepEnds.append(clips)
        ratings.removeAll(keepingCapacity: true)
        for annotator in 0..<rated.annotators {
            for ranked in ranking { ratings.append(rated.values[ranked.clip * rated.annotators + annotator]) }
        }
    }

    /// The average precision of the ranking to one annotator; 0 where no clip is a highlight, 1 where all are.
    ///
    /// - Parameter minimum: from which rating on a clip is a highlight.
    mutating func averagePrecision(annotator: Int, minimum: Double) -> Double {
        let total = countHits(annotator: annotator, minimum: minimum)
        if total == 0 { return 0 }
        if total == ranking.count { return 1 }
        precisions.removeAll(keepingCapacity: true)
        var best = 0.0
        for step in stride(from: stepEnds.count - 1, through: 0, by: -1) {
            best = max(best, Double(hits[step]) / Double(stepEnds[step]))
            let before = step > 0 ? hits[step - 1] : 0
            if hits[step] > before { precisions.append(best) }
        }
        return pairwiseMean(precisions)
    }

    /// Fills `hits`, and returns the last of them.
    private mutating func countHits(annotator: Int, minimum: Double) -> Int {
        hits.removeAll(keepingCapacity: true)
        var total = 0
        var place = annotator * ranking.count
        ratings.withUnsafeBufferPointer { ratings in
            for end in stepEnds {
                let end = end + annotator * ranking.count
                while place < end {
                    // No branch: which clips are highlights cannot be foreseen.
                    total &+= ratings[place] >= minimum ? 1 : 0
                    place &+= 1
                }
                hits.append(total)
            }
        }
        return total
    }
}
