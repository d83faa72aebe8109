extension CDNetConfiguration: Decodable {
    /// Reads a configuration; fields that are left out have the paper's values.
    ///
    /// - Throws: `DecodingError` for a missing width, a value of the wrong type, or a field that does not exist.
    public init(from decoder: any Decoder) throws {
        try CodingKeys.refuseUnknownFields(decoder, of: "CDNet")
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            videoWidth: try fields.decode(Int.self, forKey: .videoWidth),
            textWidth: try fields.decode(Int.self, forKey: .textWidth))
        func read<Value: Decodable>(_ key: CodingKeys, _ field: WritableKeyPath<Self, Value>) throws {
            if let value = try fields.decodeIfPresent(Value.self, forKey: key) { self[keyPath: field] = value }
        }
        try read(.maxWords, \.maxWords)
        try read(.hiddenSize, \.hiddenSize)
        try read(.heads, \.heads)
        try read(.projectionLayers, \.projectionLayers)
        try read(.localizerLayers, \.localizerLayers)
        try read(.feedForwardSize, \.feedForwardSize)
        try read(.headLayers, \.headLayers)
        try read(.headKernel, \.headKernel)
        try read(.inputDropout, \.inputDropout)
        try read(.dropout, \.dropout)
        try read(.dropPath, \.dropPath)
        try read(.usesIntraLoss, \.usesIntraLoss)
        try read(.usesInterLoss, \.usesInterLoss)
        try read(.usesTokenLoss, \.usesTokenLoss)
        try read(.intraWeight, \.intraWeight)
        try read(.interWeight, \.interWeight)
        try read(.tokenWeight, \.tokenWeight)
        try read(.temperature, \.temperature)
        try read(.interContrast, \.interContrast)
        try read(.contextPosition, \.contextPosition)
        try read(.usesRelevanceScore, \.usesRelevanceScore)
        try read(.relevanceScale, \.relevanceScale)
        try read(.relevanceDeviation, \.relevanceDeviation)
        try read(.relevancePower, \.relevancePower)
        try read(.relevanceLayers, \.relevanceLayers)
        try read(.relevanceStartsAsCosine, \.relevanceStartsAsCosine)
        try read(.usesDenoising, \.usesDenoising)
        try read(.samplingRatio, \.samplingRatio)
        try read(.referencePoints, \.referencePoints)
        try read(.learnsOffsets, \.learnsOffsets)
        try read(.offsetKernel, \.offsetKernel)
        try read(.offsetGroups, \.offsetGroups)
        try read(.offsetRange, \.offsetRange)
        try read(.offsetsStartAtZero, \.offsetsStartAtZero)
        try read(.denoisingNorm, \.denoisingNorm)
        try read(.assignment, \.assignment)
        try read(.focalAlpha, \.focalAlpha)
        try read(.focalGamma, \.focalGamma)
        try read(.smoothL1Weight, \.smoothL1Weight)
        try read(.giouWeight, \.giouWeight)
        try read(.smoothL1Beta, \.smoothL1Beta)
        try read(.matchingClassCost, \.matchingClassCost)
        try read(.matchingL1Cost, \.matchingL1Cost)
        try read(.matchingGIoUCost, \.matchingGIoUCost)
        try read(.nmsThreshold, \.nmsThreshold)
        try read(.momentCount, \.momentCount)
        try read(.highlights, \.highlights)
    }
}
