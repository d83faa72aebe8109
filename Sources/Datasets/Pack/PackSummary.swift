import Foundation
import TensorFiles

/// What lies in a pack: for people (`description`) and for programs (JSON).
public struct PackSummary: Sendable, Hashable, Encodable, CustomStringConvertible {
    /// The format in words.
    public let format: String
    /// How numbers are stored: `float32` or `float16`.
    public let storage: String
    /// How many videos there are.
    public let videos: Int
    /// How many clips they have together.
    public let clips: Int
    /// How many sentences there are.
    public let sentences: Int
    /// How many words they have together.
    public let words: Int
    /// The file's length.
    public let bytes: Int
    /// What the features are.
    public let recipe: FeatureRecipe

    /// A line of what there is, and one for each thing that the features are.
    public var description: String {
        func limit(_ number: Int?) -> String { number.map { "at most \($0)" } ?? "any number" }
        let video = recipe.video.map { "\($0.name) \($0.width)" }.joined(separator: " + ")
        let longer = recipe.longVideos == .sample ? "sampled" : "cut"
        let counts = "\(videos) videos with \(clips) clips, \(sentences) sentences with \(words) words"
        let facts = [
            ("video", video + (recipe.temporalEndpoints ? " + endpoints 2" : "")),
            ("text", "\(recipe.text.name) \(recipe.text.width)"),
            ("sentence", recipe.pooledWidth.map { "a vector of \($0)" } ?? "no vector of its own"),
            ("clips", "\(recipe.clipLength) s, \(limit(recipe.maxClips)); longer videos are \(longer)"),
            ("words", limit(recipe.maxWords)),
            ("rows", recipe.normalised ? "L2-normalised, each kind on its own" : "as they were in the files"),
            ("made from", recipe.simulated ? "annotations: simulated features" : "videos and sentences"),
        ]
        let lines = facts.map { "  " + $0.padding(toLength: 11, withPad: " ", startingAt: 0) + $1 }
        return (["\(format): \(counts), \(storage), \(TensorFileSummary.size(bytes))"] + lines).joined(separator: "\n")
    }
}

extension PackedFeatures {
    /// Whether a file begins as a pack does. One that cannot be read does not.
    public static func isPack(_ url: URL) -> Bool {
        guard let file = try? FileHandle(forReadingFrom: url) else { return false }
        defer { try? file.close() }
        let start = try? file.read(upToCount: PackFormat.magic.count)
        return start == Data(PackFormat.magic)
    }
}
