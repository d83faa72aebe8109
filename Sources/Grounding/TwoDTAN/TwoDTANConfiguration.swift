/// Every choice of a 2D-TAN (Zhang et al., "Learning 2D Temporal Adjacent Networks for Moment Localization with Natural
/// Language", AAAI 2020), as one value.
///
/// The first values are those of the published model for Charades-STA. Published for ActivityNet Captions: `mapSize` 64,
/// `samplesPerCell` 4, `mapLayers` 4, `mapKernel` 9; for TACoS: `mapSize` 128, `leastIoU` 0.3, `fullIoU` 0.7. In a
/// file any field may be left out, but for the two widths of the features. A field that does not exist is an error.
public struct TwoDTANConfiguration: Hashable, Sendable {
    /// What a candidate moment's feature is made of.
    public enum Proposals: String, Hashable, Sendable, Codable, CaseIterable {
        /// The greatest value of each channel over the moment's clips.
        case pool
        /// One-dimensional convolutions, stacked until they have seen the moment's clips.
        case convolution
    }

    /// What a sentence's one vector is made of.
    public enum Sentence: String, Hashable, Sendable, Codable, CaseIterable {
        /// The last output of an LSTM over the words; the paper's.
        case lstm
        /// The mean of the words. Ours, for words that have seen each other already, such as CLIP's.
        case mean
    }

    // MARK: Features

    /// Numbers a clip comes with.
    public var videoWidth: Int
    /// Numbers a word comes with.
    public var textWidth: Int
    /// Words (tokens) of a sentence that are read; the rest is cut.
    public var maxWords = 32

    // MARK: Size

    /// Hidden size d.
    public var hiddenSize = 512
    /// N: a video, however long, becomes N stretches of equal length; a candidate begins and ends at their borders.
    public var mapSize = 16
    /// Clips that a video is sampled to for each of the N stretches.
    public var samplesPerCell = 2
    /// What a candidate's feature is made of.
    public var proposals = Proposals.pool
    /// What a sentence's vector is made of.
    public var sentence = Sentence.lstm
    /// Layers of the LSTM.
    public var lstmLayers = 3
    /// Layers of convolutions over the map.
    public var mapLayers = 8
    /// Cells that such a convolution sees in each direction; odd.
    public var mapKernel = 5

    // MARK: Losses

    /// t_min: a candidate with this IoU or less is to have the score 0.
    public var leastIoU = 0.5
    /// t_max: a candidate with this IoU or more is to have the score 1.
    public var fullIoU = 1.0

    // MARK: Answers

    /// A moment that overlaps a better one by more than this IoU is dropped.
    public var nmsThreshold = 0.5
    /// Moments that a query gets at most.
    public var momentCount = 10

    /// The published choices for features of the given widths.
    public init(videoWidth: Int, textWidth: Int) {
        self.videoWidth = videoWidth
        self.textWidth = textWidth
    }

    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        let sizes = [
            ("videoWidth", videoWidth), ("textWidth", textWidth), ("maxWords", maxWords), ("hiddenSize", hiddenSize),
            ("mapSize", mapSize), ("samplesPerCell", samplesPerCell), ("lstmLayers", lstmLayers),
            ("mapLayers", mapLayers), ("mapKernel", mapKernel), ("momentCount", momentCount),
        ]
        for (field, value) in sizes { try ConfigurationError.positive(field, value) }
        try ConfigurationError.require(
            mapKernel % 2 == 1, "mapKernel", mapKernel, "it must be odd, so that a cell is in the middle")
        try ConfigurationError.overlap("leastIoU", leastIoU)
        try ConfigurationError.overlap("fullIoU", fullIoU)
        try ConfigurationError.require(
            leastIoU < fullIoU, "leastIoU", leastIoU, "it must be less than fullIoU, which is \(fullIoU)")
        try ConfigurationError.overlap("nmsThreshold", nmsThreshold)
    }
}

extension TwoDTANConfiguration: Codable {}
