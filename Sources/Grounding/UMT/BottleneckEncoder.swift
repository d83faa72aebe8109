import Torch

/// Picture and sound see each other through a few tokens, then are added up.
struct BottleneckEncoder {
    /// tokens×d.
    let tokens: Tensor
    let layers: [BottleneckLayer]
    let positions: ClipPositions
    let norm: LayerNorm

    init(_ scope: Scope, tokens: Int, layers: Int, maxClips: Int, _ parts: UMTParts) {
        let inner = scope / "encoder"
        self.tokens = inner.parameter(
            "token", [tokens, parts.width], .normal(deviation: 1 / Double(parts.width).squareRoot()))
        self.layers = (0..<layers).map { BottleneckLayer(inner / "encoder" / $0, parts) }
        positions = parts.positions(scope / "pos_enc", limit: maxClips)
        norm = LayerNorm(scope / "norm", parts.width)
    }

    /// B×L×d twice → B×L×d.
    ///
    /// - Parameter mask: B×L, `bool`: true for a video's own clips.
    func callAsFunction(_ picture: Tensor, _ sound: Tensor, mask: Tensor?) -> Tensor {
        let start = BottleneckLayer.State(
            picture: picture, sound: sound, tokens: tokens.unsqueezed(0).expanded(picture.size(0), -1, -1))
        let position = positions(for: picture)
        let end = layers.reduce(start) { $1($0, position: position, mask: mask) }
        return norm(end.picture + end.sound)
    }
}

/// One layer of the bottleneck: the tokens gather from both modalities, then both take from the tokens.
struct BottleneckLayer {
    struct State {
        var picture, sound, tokens: Tensor
    }

    /// Tokens from picture and from sound, picture and sound from tokens.
    let attentions: [SplitAttention]
    let networks: [FeedForward]
    let norms: [LayerNorm]
    let residual: Residual

    init(_ scope: Scope, _ parts: UMTParts) {
        attentions = (1...4).map { parts.attention(scope / "att\($0)") }
        networks = (1...2).map { parts.feedForward(scope / "ffn\($0)") }
        norms = (1...6).map { LayerNorm(scope / "norm\($0)", parts.width) }
        residual = parts.residual(scope)
    }

    func callAsFunction(_ state: State, position: Tensor, mask: Tensor?) -> State {
        let (picture, sound, asking) = (norms[0](state.picture), norms[1](state.sound), norms[2](state.tokens))
        let (placedPicture, placedSound) = (picture + position, sound + position)
        var next = state
        next.tokens = residual(
            residual(
                state.tokens, plus: attentions[0](query: asking, key: placedPicture, value: picture, mask: mask)),
            plus: attentions[1](query: asking, key: placedSound, value: sound, mask: mask))
        let gathered = norms[3](next.tokens)
        next.picture = residual(
            state.picture, plus: attentions[2](query: placedPicture, key: gathered, value: gathered, mask: nil))
        next.sound = residual(
            state.sound, plus: attentions[3](query: placedSound, key: gathered, value: gathered, mask: nil))
        next.picture = residual(next.picture, plus: networks[0](norms[4](next.picture)))
        next.sound = residual(next.sound, plus: networks[1](norms[5](next.sound)))
        return next
    }
}
