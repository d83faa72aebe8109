import Annotations

/// Tells whether the files that a block was made from are still what they were.
struct PackStamps {
    private let features: any FeatureStore
    private let videos: [String: Annotation]
    private let texts: [String: Annotation]

    init(_ features: any FeatureStore, _ annotations: [Annotation]) {
        self.features = features
        videos = Dictionary(annotations.map { ($0.vid, $0) }) { first, _ in first }
        texts = Dictionary(annotations.map { ($0.qid.json, $0) }) { first, _ in first }
    }

    /// Of the files of a block; nil where they are gone.
    func stamp(_ subject: FeatureError.Subject, _ name: String) -> UInt64? {
        (subject == .video ? videos : texts)[name].flatMap { Self.stamp(features, subject, $0) }
    }

    /// Paths, lengths and times of the files in one number; nil where one is missing.
    static func stamp(
        _ features: any FeatureStore, _ subject: FeatureError.Subject, _ annotation: Annotation
    ) -> UInt64? {
        guard let origins = try? features.origins(of: subject, for: annotation) else { return nil }
        let text = origins.map { "\($0.path)\t\($0.size)\t\($0.modified)\n" }.joined()
        return Array(text.utf8).withUnsafeBytes(PackChecksum.of)
    }
}
