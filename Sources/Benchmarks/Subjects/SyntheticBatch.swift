import Batches
import Torch

/// Batches of random features of true sizes, with targets.
enum SyntheticBatch {
    /// Width of a clip's features: SlowFast, CLIP and temporal endpoints.
    static let videoWidth = 2304 + 512 + 2
    /// Width of a word's.
    static let textWidth = 512

    /// Whole videos of `clips` clips of 2 s; sentences of various lengths, the longest with `words` words.
    ///
    /// - Parameter ragged: Whether sentences differ in length, so that there is padding.
    static func make(_ count: Int, clips: Int, words: Int, ragged: Bool) -> Batch {
        let random = RandomSource(seed: 2818)
        let wordCounts = (0..<count).map { ragged && $0 > 0 ? max(1, words - ($0 * 7) % (words * 3 / 4)) : words }
        let text = random.normal([count, words, textWidth]).normalized()
        let textMask = Batch.mask(wordCounts, width: words).unsqueezed(-1)
        let moments = (0..<count).map { row in
            let start = Double(row % clips)
            return [Span(start, start + 20), Span(start + 60, start + 70)]
        }
        let inMoment = moments.flatMap { spans in
            (0..<clips).map { clip in spans.contains { $0.start <= Double(2 * clip) && Double(2 * clip) < $0.end } }
        }
        let mask = Tensor(inMoment, shape: [count, clips])
        return Batch(
            video: random.normal([count, clips, videoWidth]).normalized(),
            clipCounts: [Int](repeating: clips, count: count), text: text * textMask.to(.float32),
            wordCounts: wordCounts,
            queries: (0..<count).map {
                Query(
                    id: "\($0)", text: "a sentence", video: "video\($0)", duration: Double(2 * clips), clipLength: 2)
            },
            targets: Targets(
                moments: moments, inMoment: mask,
                saliency: random.uniform([count, clips], 0, 4) * mask.to(.float32)))
    }
}
