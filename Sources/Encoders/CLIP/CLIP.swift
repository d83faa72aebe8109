import Foundation
import Torch

/// CLIP: images and sentences to vectors of one space, in which a picture lies close to the words that describe it.
///
///     let clip = try CLIP(contentsOf: folder)
///     let images = clip.encode(images: FrameNormalization.clip(frames))     // N×512
///     let text = try clip.encode(sentences: ["A man opens a door."])
///
/// Parameters have OpenAI's names. Nothing here records gradients.
public final class CLIP {
    /// Its sizes.
    public let configuration: CLIPConfiguration
    /// Its parameters.
    public let store: ParameterStore
    /// Sentences to tokens; nil for a model without a vocabulary, which encodes images only.
    public let tokenizer: BytePairTokenizer?
    /// Where the weights come from: their file's path; nil for random ones.
    public internal(set) var source: String?
    /// In which numbers images are encoded. Sentences always are in `float32`.
    public let precision: EncoderPrecision
    let imageTower: CLIPImageTower
    let textTower: CLIPTextTower
    private let lock = NSLock()
    private var prepared: CLIPImageEncoder?

    /// What a sentence is encoded to.
    public struct EncodedSentence {
        /// The states of its tokens, the start and the end among them: N×width. The published text features are these.
        public let words: Tensor
        /// The sentence as one vector of the common space: embedding. Not normalised.
        public let pooled: Tensor
    }

    /// Makes a model with random values that depend on the seed alone.
    ///
    /// On a GPU it learns; ``encode(images:)`` packs weights for processors only.
    ///
    /// - Throws: ``CLIPError/vocabularySize(tokens:vocabulary:)`` where the tokenizer knows tokens that the model does not.
    public init(
        _ configuration: CLIPConfiguration, tokenizer: BytePairTokenizer? = nil, precision: EncoderPrecision = .float32,
        seed: UInt64 = 0, device: Device = .cpu
    ) throws {
        if let tokenizer, tokenizer.count != configuration.vocabularySize {
            throw CLIPError.vocabularySize(tokens: configuration.vocabularySize, vocabulary: tokenizer.count)
        }
        self.configuration = configuration
        self.tokenizer = tokenizer
        self.precision = precision
        store = ParameterStore(seed: seed, device: device)
        imageTower = CLIPImageTower(store.root / "visual", configuration)
        textTower = CLIPTextTower(store.root, configuration)
        _ = store.root.parameter("logit_scale", [], .constant(2.6592))  // ln(1/0.07), as CLIP starts.
    }

    /// Images to vectors of the common space, not normalised: N×3×S×S, see ``FrameNormalization`` → N×embedding.
    ///
    /// Weights are packed at the first call; later changes of the parameters are not seen. Each core works through images of
    /// its own. An image's numbers do not depend on what is encoded beside it.
    public func encode(images: Tensor) -> Tensor {
        precondition(
            images.rank == 4 && images.size(1) == 3 && images.size(2) == configuration.imageSize
                && images.size(3) == configuration.imageSize,
            "images of \(images.shape), where N×3×\(configuration.imageSize)×\(configuration.imageSize) are expected")
        let count = images.size(0)
        guard count > 0 else { return .zeros([0, configuration.embeddingSize]) }
        let encoder = imageEncoder
        // A batch that stays in the caches, and one for each core where there are few.
        let batch = min(Self.imageBatch, (count + Libtorch.threadCount - 1) / Libtorch.threadCount)
        let parts = oneThreadEach((count + batch - 1) / batch) { part in
            withoutGradient { encoder(images.slice(0, part * batch, min((part + 1) * batch, count)).contiguous()) }
        }
        return parts.count == 1 ? parts[0] : Tensor.concatenated(parts, 0)
    }

    /// Images that are encoded together.
    static let imageBatch = 8

    /// The next images are encoded with the parameters as they are then.
    func forgetPrepared() { lock.withLock { prepared = nil } }

    private var imageEncoder: CLIPImageEncoder {
        lock.withLock {
            if let prepared { return prepared }
            let encoder = withoutGradient { CLIPImageEncoder(imageTower, precision) }
            prepared = encoder
            return encoder
        }
    }

    /// Sentences to the states of their words and to one vector each. A sentence that is too long is cut.
    ///
    /// - Parameters:
    ///   - sentences: Any number; the results have their order.
    ///   - maxTokens: Tokens of a sentence at most, its start and end included; the published features have 32.
    /// - Throws: ``CLIPError/noVocabulary`` without a tokenizer.
    public func encode(sentences: [String], maxTokens: Int? = nil) throws -> [EncodedSentence] {
        guard let tokenizer else { throw CLIPError.noVocabulary }
        let limit = min(maxTokens ?? configuration.contextLength, configuration.contextLength)
        let tokens = sentences.map { tokenizer.tokens($0, limit: limit) }
        return encode(tokens: tokens)
    }

    /// Tokens of sentences, each from its start to its end token, to states and vectors.
    public func encode(tokens: [[Int]]) -> [EncodedSentence] {
        guard let longest = tokens.map(\.count).max() else { return [] }
        return withoutGradient {
            let padded = tokens.map { $0 + Array(repeating: 0, count: longest - $0.count) }
            let states = textTower(Tensor(padded).to(store.device))
            let pooled = textTower.pooled(states, ends: tokens.map { $0.count - 1 })
            return tokens.enumerated().map { row, tokens in
                EncodedSentence(
                    words: states.entry(row, 0).slice(0, 0, tokens.count).contiguous(), pooled: pooled.entry(row, 0))
            }
        }
    }
}
