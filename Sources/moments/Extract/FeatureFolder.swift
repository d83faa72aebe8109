import Foundation
import TensorFiles
import WholeFiles

/// A folder of feature files, and the note in it of what made them.
struct FeatureFolder {
    /// What made the features of a folder, in `recipe.json`.
    struct Recipe: Codable, Equatable {
        /// One kind of features.
        struct Component: Codable, Equatable {
            var encoder: String
            var weights: String?
            var frames: String
            var normalisation: String
        }

        var format = 1
        var clipLength: Double
        var components: [String: Component]
        var scaling = "shorter side, bicubic, middle square; by FFmpeg"
        var precision = "float16"
    }

    let url: URL

    private var note: URL { url.appendingPathComponent("recipe.json") }

    /// Makes folders in it and writes the recipe; where another made what is there, says so.
    func prepare(_ folders: [String], _ recipe: Recipe) throws {
        var recipe = recipe
        if let data = try? Data(contentsOf: note) {
            guard let other = try? JSONDecoder().decode(Recipe.self, from: data) else {
                throw UsageError("\(note.path) is no recipe of features; choose another folder")
            }
            let shared = Set(other.components.keys).intersection(recipe.components.keys)
            let agrees = shared.allSatisfy { other.components[$0] == recipe.components[$0] }
            guard agrees, other.clipLength == recipe.clipLength, other.format == recipe.format else {
                throw UsageError(
                    "\(url.path) holds features that other weights, another precision, other frames or another clip "
                        + "length made (see recipe.json there); choose another folder")
            }
            recipe.components.merge(other.components) { mine, _ in mine }
        }
        do {
            for folder in folders {
                try FileManager.default.createDirectory(
                    at: url.appendingPathComponent(folder), withIntermediateDirectories: true)
            }
            let writer = JSONEncoder()
            writer.outputFormatting = [.prettyPrinted, .sortedKeys]
            try writer.encode(recipe).writeWhole(to: note)
        } catch {
            throw TensorFileError(file: url.path, problem: .unwritable(error.localizedDescription))
        }
    }
}
