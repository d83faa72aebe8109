import Batches
import Torch

/// XML (Lei et al., ECCV 2020): cross-modal moment localisation.
///
/// Sentence and video are encoded apart from each other; their clip-wise similarity is a curve over time, and two small
/// convolutions see where it rises and falls: the start and the end of the moment. It was made to find moments in many
/// videos, so it also learns to rank videos for a sentence. Parameters have the published names.
///
/// What the papers leave open and is ours: of a query with several moments one is drawn at each step; a clip's saliency is
/// the cosine by which videos are ranked (`XMLDecoding`); the curve is zero beyond a video's own clips, which the published code lets the detectors see;
/// queries about the same video are never each other's negatives.
///
///     let model = try XML(XMLConfiguration(videoWidth: 2818, textWidth: 512), seed: 2018)
public final class XML: GroundingModel {
    /// The choices that it was made with.
    public let configuration: XMLConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    private let wordPositions: TrainablePosition
    private let clipPositions: TrainablePosition
    private let words: XMLInputEncoder
    private let modular: ModularAttention
    private let modalities: [Modality]
    private let starts: Convolution
    private let ends: Convolution

    /// The layers of the picture or of the subtitles.
    private struct Modality {
        let input: XMLInputEncoder
        /// With two modalities.
        let cross: CrossEncoder?
        /// With one.
        let deeper: [SelfEncoder]
        let query: Linear
    }

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: XMLConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        try ConfigurationError.require(
            configuration.subtitleWidth < configuration.videoWidth, "subtitleWidth", configuration.subtitleWidth,
            "it must be less than the features' \(configuration.videoWidth) numbers a clip")
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let (root, width) = (store.root, configuration.hiddenSize)
        func positions(_ name: String, _ limit: Int) -> TrainablePosition {
            TrainablePosition(root / name, limit: limit, width: width, dropout: configuration.inputDropout)
        }
        wordPositions = positions("query_pos_embed", configuration.maxWords)
        clipPositions = positions("ctx_pos_embed", configuration.maxClips)
        words = XMLInputEncoder(
            root, modality: "query", encoder: "query_encoder", inputs: configuration.textWidth, configuration)
        let isAlone = configuration.subtitleWidth == 0
        let widths = [
            ("video", configuration.videoWidth - configuration.subtitleWidth), ("sub", configuration.subtitleWidth),
        ]
        modalities = widths.prefix(isAlone ? 1 : 2).map { name, inputs in
            Modality(
                input: XMLInputEncoder(
                    root, modality: name, encoder: "\(name)_encoder1", inputs: inputs, configuration),
                cross: isAlone
                    ? nil
                    : CrossEncoder(
                        root, modality: name, width: width, heads: configuration.heads, dropout: configuration.dropout),
                deeper: (isAlone ? [2, 3] : []).map {
                    SelfEncoder(
                        root / "\(name)_encoder\($0)", width: width, heads: configuration.heads,
                        dropout: configuration.dropout)
                },
                query: Linear(
                    root / "\(name)_query_linear", width, width, weights: .normal(deviation: 0.02), biases: .zeros))
        }
        modular = ModularAttention(root / "modular_vector_mapping", width: width, modalities: modalities.count)
        func detector(_ boundary: String) -> Convolution {
            Convolution(
                root / "\(isAlone ? "video" : "merged")_\(boundary)_predictor", 1, 1,
                kernel: [configuration.boundaryKernel], padding: [configuration.boundaryKernel / 2], bias: false)
        }
        starts = detector("st")
        ends = detector("ed")
    }

    /// Everything that the losses and the answers are made of.
    public func forward(_ batch: Batch) -> XMLOutput {
        output(rows(batch))
    }

    /// What each row is by itself.
    private func rows(_ batch: Batch) -> XMLRows {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        return XMLRows(streams: streams(input), mask: input.videoPadding)
    }

    /// What follows of all rows together.
    private func output(_ rows: XMLRows) -> XMLOutput {
        let (streams, mask) = (rows.streams, rows.mask)
        func mean(_ parts: [Tensor]) -> Tensor { parts.dropFirst().reduce(parts[0], +) / Double(parts.count) }
        let similarity = mean(streams.map(\.similarity)).withoutPadding(mask)
        let curve = similarity.unsqueezed(1)
        func boundary(_ detector: Convolution) -> Tensor {
            let logits = detector(curve).squeezed(1)
            return mask.map { logits.masked(.!$0, with: -.infinity) } ?? logits
        }
        return XMLOutput(
            similarity: similarity, cosines: mean(streams.map(\.cosines)), starts: boundary(starts),
            ends: boundary(ends), videoScores: mean(streams.map { $0.videoScores(mask: mask) }))
    }

    private func streams(_ input: TrimmedBatch) -> [XMLStream] {
        let mask = input.videoPadding
        let encoded = words(input.text, position: wordPositions, mask: input.textPadding)
        let sentences = modular(encoded, mask: input.textPadding)
        let split = input.video.size(2) - configuration.subtitleWidth
        let parts = [input.video.slice(2, 0, split), input.video.slice(2, split, .max)]
        let early = zip(modalities, parts).map { $0.input($1, position: clipPositions, mask: mask) }
        return modalities.indices.map { index in
            let modality = modalities[index]
            let deeper = modality.deeper.reduce(early[index]) { $1($0, mask: mask) }
            return XMLStream(
                sentence: sentences[index], early: early[index],
                late: modality.cross?(early[index], seeing: early[1 - index], mask: mask) ?? deeper,
                projected: modality.query(sentences[index]))
        }
    }

    /// The weighted losses: `boundary`, `other_video` and `other_sentence` and, for XML+, `saliency`.
    ///
    /// In training moments, negatives and pairs of clips are drawn; else each query's first moment and pairs are taken, and
    /// the mean over all negatives.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        XMLLoss(configuration)(output(shared(batch, rows)), batch, random: lossRandom)
    }

    /// Ranked moments and saliency of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering { XMLDecoding(configuration)(forward(batch), batch) }
    }
}

/// What an XML says about a batch.
public struct XMLOutput {
    /// B×L: of each clip with its sentence, the mean over the modalities; zero beyond a video's own clips.
    public let similarity: Tensor
    /// B×L: of each clip with its sentence, by what ranks videos, the mean over the modalities.
    public let cosines: Tensor
    /// B×L: whether the moment begins with a clip, before the softmax; −∞ beyond a video's own clips.
    public let starts: Tensor
    /// B×L: whether it ends with a clip.
    public let ends: Tensor
    /// B×B, sentences × videos of the batch: cosine with the best clip, the mean over the modalities.
    public let videoScores: Tensor
}
