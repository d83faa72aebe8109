import Datasets
import Foundation

extension DataConfiguration {
    /// Opens the pack, whose own settings count.
    ///
    /// - Throws: ``RunError/wrongFeatures(_:)`` where the configuration asks for others: who writes `longVideos: sample` means it.
    ///   `FeatureError` or `TensorFileError` where it cannot be read.
    func packedFeatures(_ path: String) throws -> PackedFeatures {
        let features = try PackedFeatures(contentsOf: URL(fileURLWithPath: path))
        if let problem = contradiction(to: features.recipe, of: path) { throw RunError.wrongFeatures(problem) }
        return features
    }

    /// The first setting that is not its default and not the pack's.
    private func contradiction(to recipe: FeatureRecipe, of path: String) -> String? {
        let usual = DataConfiguration()
        func contradiction<Value: Equatable>(
            _ key: String, _ asked: Value, usual: Value, packed: Value, _ option: String,
            _ say: (Value) -> String = { "\($0)" }
        ) -> String? {
            guard asked != usual, asked != packed else { return nil }
            return "data.\(key): the configuration says \(say(asked)), but \(path) was packed with \(say(packed)). "
                + "Pack it again (\(option)), or leave the setting out: then the pack's counts."
        }
        func limit(_ number: Int?) -> String { number.map(String.init) ?? "no limit" }
        return contradiction(
            "clipLength", clipLength, usual: usual.clipLength, packed: recipe.clipLength, "--clip-length")
            ?? contradiction("maxClips", maxClips, usual: nil, packed: recipe.maxClips, "--max-clips", limit)
            ?? contradiction(
                "longVideos", longVideos.rawValue, usual: usual.longVideos.rawValue,
                packed: recipe.longVideos.rawValue, "--sample-long")
            ?? contradiction("maxWords", maxWords, usual: usual.maxWords, packed: recipe.maxWords, "--max-words", limit)
            ?? contradiction(
                "temporalEndpoints", temporalEndpoints, usual: usual.temporalEndpoints,
                packed: recipe.temporalEndpoints, "--endpoints")
            ?? contradiction(
                "normalised", normalised ?? true, usual: true, packed: recipe.normalised, "--normalise")
    }
}
