import Torch

extension Tensor {
    /// Zeros beyond a video's own clips, or a sentence's own words: B×L… with a `bool` mask B×L, nil where nothing is padded.
    func withoutPadding(_ mask: Tensor?) -> Tensor {
        guard let mask else { return self }
        return masked(.!(rank > mask.rank ? mask.unsqueezed(-1) : mask), with: 0)
    }
}
