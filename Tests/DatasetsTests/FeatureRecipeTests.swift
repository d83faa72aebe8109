import Datasets
import Foundation
import Testing

@Suite("Feature recipes")
struct FeatureRecipeTests {
    private let recipe = FeatureRecipe(
        video: [
            .init(name: "slowfast", width: 2304), .init(name: "clip", width: 512, encoder: "ViT-B/32", weights: "a"),
        ],
        text: .init(name: "clip_text", width: 512), pooledWidth: 512)

    @Test("a recipe survives JSON and counts its columns")
    func coding() throws {
        let copy = try JSONDecoder().decode(FeatureRecipe.self, from: JSONEncoder().encode(recipe))
        #expect(copy == recipe)
        #expect(recipe.videoWidth == 2818 && recipe.textWidth == 512)
        #expect(recipe.differences(from: copy).isEmpty)
        try recipe.accept(copy)
    }

    @Test("what makes nonsense of a model's input is fatal and said in words")
    func fatal() throws {
        var other = recipe
        other.clipLength = 1
        other.simulated = true
        other.video.swapAt(0, 1)
        let error = #expect(throws: FeatureMismatch.self) { try recipe.accept(other) }
        let text = try #require(error).description
        #expect(text.contains("clip length: 2.0 s, not 1.0 s"))
        #expect(text.contains("2304 + 512, not 512 + 2304"))
        #expect(text.contains("simulated features: no, not yes"))
        for change in [
            { $0.normalised = false }, { $0.temporalEndpoints = false }, { $0.text.width = 300 },
            { $0.video[1].weights = "b" }, { $0.video[1].encoder = "RN50" },
        ] as [(inout FeatureRecipe) -> Void] {
            var other = recipe
            change(&other)
            #expect(throws: FeatureMismatch.self) { try recipe.accept(other) }
        }
    }

    @Test("names, limits and what one side does not know do no harm")
    func harmless() throws {
        var other = recipe
        other.video[0].name = "sf"
        other.maxClips = nil
        other.maxWords = 40
        other.longVideos = .sample
        other.pooledWidth = nil
        other.video[1].encoder = nil
        try recipe.accept(other)
        let differences = recipe.differences(from: other)
        #expect(differences.count == 5)
        #expect(differences.contains { $0.description == "most clips: 75, not no limit" })
    }
}
