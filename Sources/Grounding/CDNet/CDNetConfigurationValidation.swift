/// A field of a configuration with a value that cannot be.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field's name, as it stands in the configuration.
    public let field: String
    /// The value that it has.
    public let value: String
    /// What the field asks for.
    public let expectation: String

    /// Makes an error.
    public init(field: String, value: String, expectation: String) {
        self.field = field
        self.value = value
        self.expectation = expectation
    }

    /// `heads is 3: it must divide hiddenSize, which is 256`.
    public var description: String { "\(field) is \(value): \(expectation)" }
}

extension CDNetConfiguration {
    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        try positive("videoWidth", videoWidth)
        try positive("textWidth", textWidth)
        try positive("maxWords", maxWords)
        try positive("hiddenSize", hiddenSize)
        try require(hiddenSize % 2 == 0, "hiddenSize", hiddenSize, "sine positions need an even size")
        try positive("heads", heads)
        try require(hiddenSize % heads == 0, "heads", heads, "it must divide hiddenSize, which is \(hiddenSize)")
        try positive("projectionLayers", projectionLayers)
        try positive("localizerLayers", localizerLayers)
        try positive("feedForwardSize", feedForwardSize)
        try positive("headLayers", headLayers)
        try positive("headKernel", headKernel)
        try require(headKernel % 2 == 1, "headKernel", headKernel, "it must be odd, so that a clip is in the middle")
        for (field, rate) in [("inputDropout", inputDropout), ("dropout", dropout), ("dropPath", dropPath)] {
            try require(rate >= 0 && rate < 1, field, rate, "a rate lies in [0, 1)")
        }
        try validateLosses()
        try positive("relevanceDeviation", relevanceDeviation)
        try positive("relevancePower", relevancePower)
        try positive("relevanceLayers", relevanceLayers)
        try require(relevanceScale.isFinite, "relevanceScale", relevanceScale, "it must be finite")
        try positive("samplingRatio", samplingRatio)
        try positive("offsetKernel", offsetKernel)
        try positive("offsetGroups", offsetGroups)
        try require(
            hiddenSize % offsetGroups == 0, "offsetGroups", offsetGroups,
            "it must divide hiddenSize, which is \(hiddenSize)")
        try atLeastZero("offsetRange", offsetRange)
        try require(nmsThreshold >= 0 && nmsThreshold <= 1, "nmsThreshold", nmsThreshold, "an IoU lies in [0, 1]")
        try positive("momentCount", momentCount)
    }

    private func validateLosses() throws {
        let weights = [
            ("intraWeight", intraWeight), ("interWeight", interWeight), ("tokenWeight", tokenWeight),
            ("smoothL1Weight", smoothL1Weight), ("giouWeight", giouWeight), ("focalGamma", focalGamma),
            ("matchingClassCost", matchingClassCost), ("matchingL1Cost", matchingL1Cost),
            ("matchingGIoUCost", matchingGIoUCost),
        ]
        for (field, weight) in weights { try atLeastZero(field, weight) }
        try require(focalAlpha >= 0 && focalAlpha <= 1, "focalAlpha", focalAlpha, "it lies in [0, 1]")
        try positive("temperature", temperature)
        try positive("smoothL1Beta", smoothL1Beta)
    }

    private func positive(_ field: String, _ value: Int) throws {
        try require(value > 0, field, value, "it must be at least 1")
    }

    private func positive(_ field: String, _ value: Double) throws {
        try require(value > 0 && value.isFinite, field, value, "it must be greater than 0 and finite")
    }

    private func atLeastZero(_ field: String, _ value: Double) throws {
        try require(value >= 0 && value.isFinite, field, value, "it must be at least 0 and finite")
    }

    private func require<Value>(_ holds: Bool, _ field: String, _ value: Value, _ expectation: String) throws {
        guard holds else {
            throw ConfigurationError(field: field, value: "\(value)", expectation: expectation)
        }
    }
}
