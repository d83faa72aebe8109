/// How closely features are looked at before they are used.
public enum FeatureCheckDepth: String, Codable, Sendable, CaseIterable {
    /// Not at all: what is wrong shows when a batch needs it.
    case none
    /// Whether there is a file, or an entry in the pack, for every video and sentence.
    case exists
    /// Also whether it can be read and has the right width, and rows enough. Of arrays that are stored as they are only
    /// the headers are read; compressed ones must be unpacked.
    case headers
    /// Also whether every number is finite, and whether a pack's checksums are right.
    case values
}
