import Grounding

/// Floating-point operations of matrix products, counted from shapes: two for each multiplication and addition.
///
/// Everything else (norms, softmax, dropout) is left out, so a share of the product's rate also says how much that costs.
struct OperationCount {
    /// Operations so far.
    private(set) var total = 0.0

    /// A linear layer over so many rows.
    mutating func linear(_ rows: Int, _ inputs: Int, _ outputs: Int) {
        total += 2 * Double(rows) * Double(inputs) * Double(outputs)
    }

    /// Scores and sums of an attention whose projections are counted elsewhere.
    mutating func attention(_ batch: Int, queries: Int, keys: Int, width: Int) {
        total += 4 * Double(batch) * Double(queries) * Double(keys) * Double(width)
    }

    /// One layer of a transformer encoder.
    mutating func encoderLayer(_ batch: Int, tokens: Int, width: Int, hidden: Int) {
        linear(batch * tokens, width, 4 * width)
        attention(batch, queries: tokens, keys: tokens, width: width)
        linear(batch * tokens, width, 2 * hidden)
    }

    /// One layer of a transformer decoder.
    mutating func decoderLayer(_ batch: Int, queries: Int, memory: Int, width: Int, hidden: Int) {
        linear(batch * queries, width, 4 * width)
        attention(batch, queries: queries, keys: queries, width: width)
        linear(batch * queries, width, 2 * width)
        linear(batch * memory, width, 2 * width)
        attention(batch, queries: queries, keys: memory, width: width)
        linear(batch * queries, width, 2 * hidden)
    }

    /// A stack of projection layers.
    mutating func projection(_ rows: Int, inputs: Int, width: Int, layers: Int) {
        linear(rows, inputs, width)
        for _ in 1..<max(layers, 1) { linear(rows, width, width) }
    }

    /// A forward pass; a training step does three times as much.
    static func forward(
        _ configuration: MomentDETRConfiguration, batch: Int, clips: Int, words: Int
    ) -> Double {
        var count = OperationCount()
        let (width, hidden) = (configuration.hiddenSize, configuration.feedForwardSize)
        let layers = configuration.projectionLayers
        count.projection(batch * clips, inputs: configuration.videoWidth, width: width, layers: layers)
        count.projection(batch * words, inputs: configuration.textWidth, width: width, layers: layers)
        for _ in 0..<configuration.encoderLayers {
            count.encoderLayer(batch, tokens: clips + words, width: width, hidden: hidden)
        }
        for _ in 0..<configuration.decoderLayers {
            count.decoderLayer(
                batch, queries: configuration.queryCount, memory: clips + words, width: width, hidden: hidden)
            count.linear(batch * configuration.queryCount, width, 2 * width)
        }
        return count.total
    }

    /// The projections, the localizer and the heads of a forward pass, which are nearly all of it.
    static func forward(_ configuration: CDNetConfiguration, batch: Int, clips: Int, words: Int) -> Double {
        var count = OperationCount()
        let (width, hidden) = (configuration.hiddenSize, configuration.feedForwardSize)
        let layers = configuration.projectionLayers
        count.projection(batch * clips, inputs: configuration.videoWidth, width: width, layers: layers)
        count.projection(batch * words, inputs: configuration.textWidth, width: width, layers: layers)
        for _ in 0..<configuration.localizerLayers {
            count.encoderLayer(batch, tokens: clips + words, width: width, hidden: hidden)
        }
        // The context encoder of eq. 6 and, over sampled points, the denoising of eqs. 11 to 13.
        count.linear(batch * clips, width, 2 * width)
        count.linear(batch * words, width, 2 * width)
        count.attention(batch, queries: clips, keys: words, width: width)
        if configuration.usesDenoising {
            let points = (clips + configuration.samplingRatio - 1) / configuration.samplingRatio
            count.linear(batch * clips, width, 2 * width)
            count.linear(batch * points, width, 2 * width)
            count.attention(batch, queries: clips, keys: points, width: width)
            count.linear(batch * clips, width, 2 * hidden)
        }
        for _ in 1..<max(configuration.headLayers, 1) {
            count.linear(2 * batch * clips, configuration.headKernel * width, width)
        }
        return count.total
    }
}
