import Torch

/// Videos of any length as so many clips: each is the mean of those that it stands for, or the nearest one.
///
/// Clip s of S is the mean of the video's clips round(s·L/S) ..< round((s + 1)·L/S); where that is none, the first of
/// them. The published code leaves the very last clip of a video out; here it takes part.
enum FixedLengthSampling {
    /// B×L×D → B×S×D; gradients flow.
    static func sample(_ video: Tensor, counts: [Int], to length: Int) -> Tensor {
        let clips = video.size(1)
        var weights = [Double](repeating: 0, count: counts.count * length * clips)
        for (row, count) in counts.enumerated() {
            for (place, range) in ranges(count, to: length).enumerated() {
                let start = (row * length + place) * clips
                for clip in range { weights[start + clip] = 1 / Double(range.count) }
            }
        }
        return Tensor(weights, shape: [counts.count, length, clips]).to(video.dtype, video.device).matmul(video)
    }

    /// The clips that each of so many stands for.
    static func ranges(_ count: Int, to length: Int) -> [Range<Int>] {
        func border(_ index: Int) -> Int {
            Int((Double(index) / Double(length) * Double(count)).rounded(.toNearestOrEven))
        }
        return (0..<length).map { index in
            let first = min(border(index), count - 1)
            return first..<max(border(index + 1), first + 1)
        }
    }
}
