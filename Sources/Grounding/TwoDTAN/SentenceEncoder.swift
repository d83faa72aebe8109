import Torch

/// One vector a sentence, brought to the map's width: the last output of an LSTM over its words, or their mean.
struct SentenceEncoder {
    /// `textual_encoder`; nil for the mean.
    private let lstm: LSTM?
    /// `tex_linear`.
    private let linear: Linear

    init(_ scope: Scope, _ configuration: TwoDTANConfiguration) {
        let width = configuration.hiddenSize
        lstm =
            configuration.sentence == .lstm
            ? LSTM(scope / "textual_encoder", configuration.textWidth, width, layers: configuration.lstmLayers) : nil
        linear = Linear(scope / "tex_linear", lstm == nil ? configuration.textWidth : width, width)
    }

    /// B×N×D_t → B×d.
    ///
    /// - Parameters:
    ///   - words: Zero beyond each sentence's own.
    ///   - counts: Words of each sentence.
    func callAsFunction(_ words: Tensor, counts: [Int]) -> Tensor {
        if let lstm {
            let outputs = lstm(words)
            let last = Tensor(counts.map { $0 - 1 }).to(words.device).reshaped(-1, 1, 1)
            return linear(outputs.gathered(last.expanded(-1, 1, outputs.size(2)), 1).squeezed(1))
        }
        let lengths = Tensor(counts.map(Double.init), shape: [counts.count, 1]).to(words.dtype, words.device)
        return linear(words.sum(1) / lengths)
    }
}
