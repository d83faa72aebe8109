extension CDNetConfiguration {
    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        try ConfigurationError.positive("videoWidth", videoWidth)
        try ConfigurationError.positive("textWidth", textWidth)
        try ConfigurationError.positive("maxWords", maxWords)
        try ConfigurationError.width(hiddenSize, heads: heads)
        try ConfigurationError.positive("projectionLayers", projectionLayers)
        try ConfigurationError.positive("localizerLayers", localizerLayers)
        try ConfigurationError.positive("feedForwardSize", feedForwardSize)
        try ConfigurationError.positive("headLayers", headLayers)
        try ConfigurationError.positive("headKernel", headKernel)
        try ConfigurationError.require(
            headKernel % 2 == 1, "headKernel", headKernel, "it must be odd, so that a clip is in the middle")
        for (field, rate) in [("inputDropout", inputDropout), ("dropout", dropout), ("dropPath", dropPath)] {
            try ConfigurationError.rate(field, rate)
        }
        try validateLosses()
        try ConfigurationError.positive("relevanceDeviation", relevanceDeviation)
        try ConfigurationError.positive("relevancePower", relevancePower)
        try ConfigurationError.positive("relevanceLayers", relevanceLayers)
        try ConfigurationError.require(relevanceScale.isFinite, "relevanceScale", relevanceScale, "it must be finite")
        try ConfigurationError.positive("samplingRatio", samplingRatio)
        try ConfigurationError.positive("offsetKernel", offsetKernel)
        try ConfigurationError.positive("offsetGroups", offsetGroups)
        try ConfigurationError.require(
            hiddenSize % offsetGroups == 0, "offsetGroups", offsetGroups,
            "it must divide hiddenSize, which is \(hiddenSize)")
        try ConfigurationError.atLeastZero("offsetRange", offsetRange)
        try ConfigurationError.overlap("nmsThreshold", nmsThreshold)
        try ConfigurationError.positive("momentCount", momentCount)
    }

    private func validateLosses() throws {
        let weights = [
            ("intraWeight", intraWeight), ("interWeight", interWeight), ("tokenWeight", tokenWeight),
            ("smoothL1Weight", smoothL1Weight), ("giouWeight", giouWeight), ("focalGamma", focalGamma),
            ("matchingClassCost", matchingClassCost), ("matchingL1Cost", matchingL1Cost),
            ("matchingGIoUCost", matchingGIoUCost),
        ]
        for (field, weight) in weights { try ConfigurationError.atLeastZero(field, weight) }
        try ConfigurationError.require(
            focalAlpha >= 0 && focalAlpha <= 1, "focalAlpha", focalAlpha, "it lies in [0, 1]")
        try ConfigurationError.positive("temperature", temperature)
        try ConfigurationError.positive("smoothL1Beta", smoothL1Beta)
    }
}
