import Annotations
import Batches
import Datasets
import Foundation
import Grounding
import TensorFiles
import Testing
import Torch

@testable import Finding

@Suite struct `A video of any length` {
    static func recipe(longest: Int? = 75, endpoints: Bool = true) -> FeatureRecipe {
        FeatureRecipe(
            video: [.init(name: "clip", width: 3)], text: .init(name: "clip", width: 2),
            settings: FeatureSettings(maxClips: longest, temporalEndpoints: endpoints))
    }

    static let sentence = SentenceInput(id: "q", text: "A dog runs.", words: .ones([4, 2]))

    /// Clips in which some ranges have a signal of 1.
    func video(_ clips: Int, duration: Double? = nil, _ moments: [Range<Int>], signal: Float = 1) -> VideoInput {
        var values = [Float](repeating: 0, count: clips * 3)
        for moment in moments { for clip in moment { values[3 * clip] = signal } }
        return VideoInput(
            name: "v", duration: duration ?? Double(clips) * 2, clipLength: 2, clips: Tensor(values, shape: [clips, 3]))
    }

    func find(_ video: VideoInput, _ model: SignalModel = SignalModel()) -> Grounding {
        Finder(model, recipe: Self.recipe())(video, Self.sentence)
    }

    @Test(arguments: [
        70..<80, 20..<60, 74..<76, 60..<75, 37..<75, 36..<112, 10..<300, 0..<400, 399..<400, 0..<1, 325..<400,
    ])
    func `a moment comes out whole wherever it lies`(_ moment: Range<Int>) throws {
        let found = find(video(400, [moment]))
        #expect(found.moments.map(\.span) == [Span(Double(moment.lowerBound) * 2, Double(moment.upperBound) * 2)])
        #expect(found.moments.allSatisfy { abs($0.score - 1) < 1e-12 })
    }

    @Test func `every place of a moment's start and length comes out whole`() {
        for start in stride(from: 0, to: 180, by: 7) {
            for length in [1, 5, 37, 38, 74, 75, 76, 120] where start + length <= 200 {
                let found = find(video(200, [start..<(start + length)]))
                let expected = Span(Double(start) * 2, Double(start + length) * 2)
                #expect(found.moments.first?.span == expected, "start \(start), \(length) clips")
                #expect(found.moments.count == 1, "start \(start), \(length) clips")
            }
        }
    }

    @Test func `neighbours that do not touch stay two moments`() {
        let found = find(video(300, [60..<74, 76..<90]))
        #expect(Set(found.moments.map(\.span)) == [Span(120, 148), Span(152, 180)])
    }

    @Test func `an hour is seen through windows whose count is linear`() {
        func windows(_ clips: Int) -> Int {
            Finder(SignalModel(), recipe: Self.recipe()).windowCount(video(clips, []))
        }
        #expect(windows(1800) == 48)
        #expect(windows(3600) == 97)
        #expect(windows(7200) == 194)
        let model = SignalModel()
        let found = find(video(1800, [900..<930, 1700..<1800]), model)
        #expect(model.rows == [Int](repeating: 75, count: 48))
        #expect(Set(found.moments.map(\.span)) == [Span(1800, 1860), Span(3400, 3600)])
        #expect(found.saliency.count == 1800)
        #expect(found.relevance?.count == 1800)
    }

    @Test func `a video's end need not fall on a clip's`() {
        for duration in [399.3, 400.9] {
            let found = find(video(200, duration: duration, [180..<200]))
            #expect(found.moments.count == 1)
            #expect(abs(found.moments[0].span.end - duration) < 1e-9)
            #expect(abs(found.moments[0].span.start - 360) < 1)
        }
    }

    @Test func `windows get temporal endpoints of their own`() {
        let model = SignalModel()
        _ = find(video(200, []), model)
        #expect(model.endpoints.count == 5)
        for row in model.endpoints {
            #expect(row[0] == 0 && abs(row[1] - 1 / 75) < 1e-6)
            #expect(abs(row[2] - 74 / 75) < 1e-6 && abs(row[3] - 1) < 1e-6)
        }
    }

    @Test func `a last clip that the duration does not fill makes no second window`() {
        let model = SignalModel()
        let found = find(video(76, duration: 151.4, [70..<75]), model)
        #expect(model.rows == [75])
        #expect(found.saliency.count == 75)
    }

    @Test func `a model without a longest video sees any at once`() {
        let model = SignalModel()
        _ = Finder(model, recipe: Self.recipe(longest: nil))(video(500, []), Self.sentence)
        #expect(model.rows == [500])
    }

    @Test func `curves blend by the distance to the border`() {
        let windows = ClipWindows(count: 8, clipLength: 1, duration: 8, longest: 4)
        #expect(windows.ranges == [0..<4, 2..<6, 4..<8])
        let constant = windows.blended([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]])
        #expect(constant.allSatisfy { abs($0 - 1) < 1e-12 } && constant.count == 8)
        let step = windows.blended([[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]])
        #expect(step[0...1] == [0, 0])
        // Clip 2: 1.5 clips before the first window's border, half a clip behind the second one's.
        #expect(abs(step[2] - 0.25) < 1e-12)
        #expect(abs(step[3] - 0.75) < 1e-12)
        #expect(step[4...] == [1, 1, 1, 1])
    }

    @Test func `parts that are joined give the mean of their scores and logits by their lengths`() throws {
        let parts = [
            [RankedMoment(Span(120, 150), score: 0.9, logit: 3)],
            [RankedMoment(Span(120, 180), score: 0.6, logit: 1.5)],
        ]
        let merge = MomentMerging(reach: 2)
        let whole = try #require(merge(parts, windows: [Span(0, 150), Span(74, 224)]).first)
        #expect(whole.span == Span(120, 180))
        #expect(abs(whole.score - 0.7) < 1e-12)
        #expect(abs(try #require(whole.logit) - 2) < 1e-12)
        var silent = parts
        silent[1][0].logit = nil
        #expect(merge(silent, windows: [Span(0, 150), Span(74, 224)]).first?.logit == nil)
    }

    @Test func `a moment that the model hardly believes in does not stretch a sure one`() {
        let merge = MomentMerging(reach: 2)
        let windows = [Span(0, 150), Span(74, 224)]
        let sure = RankedMoment(Span(80, 150), score: 0.9)
        func neighbour(_ score: Double) -> [RankedMoment] {
            merge([[sure], [RankedMoment(Span(74, 224), score: score)]], windows: windows)
        }
        #expect(neighbour(0.1).map(\.span) == [Span(80, 150), Span(74, 224)])
        #expect(neighbour(0.8).map(\.span) == [Span(74, 224)])
    }
}

@Suite struct `A video of the trained length` {
    private func files(clips: Int) throws -> (folder: URL, recipe: FeatureRecipe, dataset: MomentDataset) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
        func matrix(_ rows: Int, _ width: Int, _ seed: Double) -> StoredTensor {
            StoredTensor((0..<rows * width).map { Float(sin(Double($0 + 1) * seed)) }, shape: [rows, width])
        }
        for name in ["motion", "clip", "text"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try NPZFile.write(["features": matrix(clips, 40, 0.7)], to: folder.appendingPathComponent("motion/v.npz"))
        try NPZFile.write(["features": matrix(clips + 1, 6, 0.3)], to: folder.appendingPathComponent("clip/v.npz"))
        try NPZFile.write(
            ["last_hidden_state": matrix(5, 6, 0.9), "pooler_output": matrix(1, 6, 0.2)],
            to: folder.appendingPathComponent("text/qid7.npz"))
        let row = Annotation(qid: .number(7), query: "A dog.", vid: "v", duration: Double(clips) * 2 - 0.4)
        let features = try FeatureFiles(
            video: ["motion", "clip"].map { FeatureSource(folder.appendingPathComponent($0).path) },
            text: FeatureSource(folder.appendingPathComponent("text").path), settings: FeatureSettings(maxClips: 20),
            annotations: [row])
        return (folder, features.recipe, MomentDataset(annotations: [row], features: features))
    }

    @Test(arguments: [1, 12, 20]) func `gets the answer that it always got`(_ clips: Int) throws {
        let (folder, recipe, dataset) = try files(clips: clips)
        defer { try? FileManager.default.removeItem(at: folder) }
        let row = dataset.annotations[0]
        var configuration = CDNetConfiguration(videoWidth: recipe.videoWidth, textWidth: recipe.textWidth)
        configuration.hiddenSize = 8
        configuration.heads = 2
        configuration.feedForwardSize = 12
        configuration.localizerLayers = 2
        configuration.offsetKernel = 5
        let model = try CDNet(configuration, seed: 4)
        model.store.isTraining = false
        let before = model.ground(try dataset.batch([0]))[0]

        func stored(_ name: String) throws -> Tensor {
            Tensor(try NPZFile(contentsOf: folder.appendingPathComponent("\(name)/v.npz")).tensor(named: "features"))
        }
        let video = EncodedVideo(
            duration: row.duration, clipLength: 2,
            components: [
                .init(name: "clip", encoder: "c", weights: nil, features: try stored("clip")),
                .init(name: "motion", encoder: "m", weights: nil, features: try stored("motion")),
            ])
        var named = recipe
        named.video[0].name = "motion"
        named.video[1].name = "clip"
        let sentence = try SentenceInput(dataset.features.text(for: row), id: "7", text: row.query)
        let now = Finder(model, recipe: named)(try VideoInput(video, name: "v", recipe: named), sentence)
        #expect(now.moments == before.moments)
        #expect(now.saliency == before.saliency)
        #expect(now.relevance == before.relevance)
        #expect(!now.moments.isEmpty)
    }

    @Test func `is refused where it was encoded by another encoder`() throws {
        let video = EncodedVideo(
            duration: 10, clipLength: 2,
            components: [.init(name: "clip", encoder: "clip-vit-b-16", weights: nil, features: .ones([5, 3]))])
        var recipe = `A video of any length`.recipe()
        #expect(try VideoInput(video, name: "v", recipe: recipe).clips.shape == [5, 3])
        recipe.video[0].encoder = "clip-vit-b-32"
        #expect(throws: FeatureMismatch.self) { try VideoInput(video, name: "v", recipe: recipe) }
        recipe.video[0] = .init(name: "clip", width: 4)
        #expect(throws: FeatureMismatch.self) { try VideoInput(video, name: "v", recipe: recipe) }
        recipe.video = [.init(name: "slowfast", width: 9), .init(name: "clip", width: 3)]
        #expect(throws: FeatureMismatch.self) { try VideoInput(video, name: "v", recipe: recipe) }
    }
}
