/// What the configurations of models with moment queries have in common: sizes, losses, matching, decoding.
protocol MomentQueryConfiguration {
    var videoWidth: Int { get }
    var textWidth: Int { get }
    var maxWords: Int { get }
    var hiddenSize: Int { get }
    var heads: Int { get }
    var projectionLayers: Int { get }
    var encoderLayers: Int { get }
    var decoderLayers: Int { get }
    var feedForwardSize: Int { get }
    var queryCount: Int { get }
    var inputDropout: Double { get }
    var dropout: Double { get }
    var labelWeight: Double { get }
    var spanWeight: Double { get }
    var giouWeight: Double { get }
    var saliencyWeight: Double { get }
    var saliencyMargin: Double { get }
    var backgroundWeight: Double { get }
    var matchingClassCost: Double { get }
    var matchingL1Cost: Double { get }
    var matchingGIoUCost: Double { get }
    var timeLimit: Double { get }
    var roundsToClips: Bool { get }
}

extension MomentQueryConfiguration {
    /// The losses of the moment queries.
    var setLoss: SetPredictionLoss {
        SetPredictionLoss(
            labelWeight: labelWeight, spanWeight: spanWeight, giouWeight: giouWeight,
            backgroundWeight: backgroundWeight,
            matcher: MomentMatcher(
                confidence: matchingClassCost, distance: matchingL1Cost, overlap: matchingGIoUCost))
    }

    /// From predictions to answers.
    var decoding: QueryDecoding { QueryDecoding(timeLimit: timeLimit, roundsToClips: roundsToClips) }

    /// Checks the fields that it knows.
    func validateMomentQueries() throws(ConfigurationError) {
        let sizes = [
            ("videoWidth", videoWidth), ("textWidth", textWidth), ("maxWords", maxWords),
            ("projectionLayers", projectionLayers), ("encoderLayers", encoderLayers), ("decoderLayers", decoderLayers),
            ("feedForwardSize", feedForwardSize), ("queryCount", queryCount),
        ]
        for (field, value) in sizes { try ConfigurationError.positive(field, value) }
        try ConfigurationError.width(hiddenSize, heads: heads)
        try ConfigurationError.rate("inputDropout", inputDropout)
        try ConfigurationError.rate("dropout", dropout)
        let weights = [
            ("labelWeight", labelWeight), ("spanWeight", spanWeight), ("giouWeight", giouWeight),
            ("saliencyWeight", saliencyWeight), ("saliencyMargin", saliencyMargin),
            ("backgroundWeight", backgroundWeight), ("matchingClassCost", matchingClassCost),
            ("matchingL1Cost", matchingL1Cost), ("matchingGIoUCost", matchingGIoUCost), ("timeLimit", timeLimit),
        ]
        for (field, value) in weights { try ConfigurationError.atLeastZero(field, value) }
    }
}
