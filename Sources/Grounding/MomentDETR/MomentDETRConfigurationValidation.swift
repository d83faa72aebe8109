extension MomentDETRConfiguration {
    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        let sizes = [
            ("videoWidth", videoWidth), ("textWidth", textWidth), ("maxWords", maxWords), ("hiddenSize", hiddenSize),
            ("heads", heads), ("projectionLayers", projectionLayers), ("encoderLayers", encoderLayers),
            ("decoderLayers", decoderLayers), ("feedForwardSize", feedForwardSize), ("queryCount", queryCount),
        ]
        for (field, value) in sizes { try require(value > 0, field, value, "it must be at least 1") }
        try require(hiddenSize % 2 == 0, "hiddenSize", hiddenSize, "sine positions need an even size")
        try require(hiddenSize % heads == 0, "heads", heads, "it must divide hiddenSize, which is \(hiddenSize)")
        for (field, rate) in [("inputDropout", inputDropout), ("dropout", dropout)] {
            try require(rate >= 0 && rate < 1, field, rate, "a rate lies in [0, 1)")
        }
        let weights = [
            ("labelWeight", labelWeight), ("spanWeight", spanWeight), ("giouWeight", giouWeight),
            ("saliencyWeight", saliencyWeight), ("saliencyMargin", saliencyMargin),
            ("backgroundWeight", backgroundWeight), ("matchingClassCost", matchingClassCost),
            ("matchingL1Cost", matchingL1Cost), ("matchingGIoUCost", matchingGIoUCost), ("timeLimit", timeLimit),
        ]
        for (field, value) in weights {
            try require(value >= 0 && value.isFinite, field, value, "it must be at least 0 and finite")
        }
    }

    private func require<Value>(_ holds: Bool, _ field: String, _ value: Value, _ expectation: String) throws {
        guard holds else {
            throw ConfigurationError(field: field, value: "\(value)", expectation: expectation)
        }
    }
}
