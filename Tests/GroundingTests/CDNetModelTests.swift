import Batches
import Grounding
import Testing
import Torch

@Suite("CDNet: the model")
struct CDNetModelTests {
    @Test("parameters have the names that checkpoints know")
    func names() throws {
        let model = try CDNetFixture.model {
            $0.localizerLayers = 1
            $0.headLayers = 2
            $0.projectionLayers = 1
        }
        func attention(_ name: String) -> [String] {
            ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"].map { "\(name).\($0)" }
        }
        func affine(_ names: String...) -> [String] { names.flatMap { ["\($0).weight", "\($0).bias"] } }
        let expected =
            affine(
                "video_projection.0.LayerNorm", "video_projection.0.net.1", "text_projection.0.LayerNorm",
                "text_projection.0.net.1")
            + ["disentanglement.pooling.weight"] + attention("disentanglement.word_attention")
            + attention("disentanglement.context.text_attention")
            + attention("disentanglement.context.video_attention")
            + affine("disentanglement.context.video_norm", "disentanglement.context.context_norm")
            + affine("disentanglement.relevance.video.layers.0", "disentanglement.relevance.text.layers.0")
            + ["disentanglement.relevance.scale", "disentanglement.relevance.deviation"]
            + ["denoising.query.weight", "denoising.key.weight", "denoising.value.weight"]
            + affine("denoising.output", "denoising.offsets.depthwise", "denoising.offsets.norm")
            + ["denoising.offsets.pointwise.weight"]
            + affine("denoising.linear1", "denoising.linear2", "denoising.attention_norm", "denoising.output_norm")
            + ["types.weight"] + attention("localizer.layers.0.self_attn")
            + affine(
                "localizer.layers.0.linear1", "localizer.layers.0.linear2", "localizer.layers.0.norm1",
                "localizer.layers.0.norm2", "heads.confidence.layers.0", "heads.confidence.layers.1",
                "heads.boundaries.layers.0", "heads.boundaries.layers.1")
        #expect(Set(model.store.parameters.map(\.name)) == Set(expected))
        #expect(model.store.parameters.count == expected.count)
    }

    @Test("the same seed gives the same model, another seed another one")
    func seeds() throws {
        let batch = CDNetFixture.batch(clips: [8, 5], words: [3, 2])
        let logits = try [1, 1, 2].map { try CDNetFixture.model(seed: $0).forward(batch).logits.doubles() }
        #expect(logits[0] == logits[1])
        #expect(logits[0] != logits[2])
    }

    /// What differs of two parameter lists.
    private func difference(_ a: CDNet, _ b: CDNet) -> Set<String> {
        Set(a.store.parameters.map(\.name)).symmetricDifference(b.store.parameters.map(\.name))
    }

    @Test("each part can be switched off alone, and nothing else changes")
    func ablation() throws {
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        let whole = try CDNetFixture.model()
        let names = whole.loss(batch).parts.map(\.name)
        #expect(names == ["focal", "smooth_l1", "giou", "intra", "inter", "token"])
        let logits = whole.forward(batch).logits

        for (part, change) in [
            ("intra", { $0.usesIntraLoss = false }), ("inter", { $0.usesInterLoss = false }),
            ("token", { $0.usesTokenLoss = false }),
        ] as [(String, (inout CDNetConfiguration) -> Void)] {
            let model = try CDNetFixture.model(change)
            let loss = model.loss(batch)
            #expect(loss.parts.map(\.name) == names.filter { $0 != part })
            #expect(difference(whole, model).isEmpty)
            #expect(model.forward(batch).logits.doubles() == logits.doubles())
            let sum = loss.parts.reduce(0) { $0 + $1.value.item() }
            #expect(abs(loss.total.item() - sum) < 1e-5)
        }

        let unscored = try CDNetFixture.model { $0.usesRelevanceScore = false }
        #expect(difference(whole, unscored).allSatisfy { $0.hasPrefix("disentanglement.relevance.") })
        #expect(unscored.forward(batch).relevance == nil)
        #expect(unscored.ground(batch).allSatisfy { $0.relevance == nil })
        #expect(unscored.loss(batch).parts.map(\.name) == names)

        let plain = try CDNetFixture.model { $0.usesDenoising = false }
        #expect(difference(whole, plain).allSatisfy { $0.hasPrefix("denoising.") })
        #expect(plain.forward(batch).points == nil)
        let relevance = try #require(plain.forward(batch).relevance)
        #expect(relevance.doubles() == whole.forward(batch).relevance!.doubles())

        let grid = try CDNetFixture.model { $0.learnsOffsets = false }
        #expect(difference(whole, grid).allSatisfy { $0.hasPrefix("denoising.offsets.") })
        #expect(grid.forward(batch).points!.displacements.abs().max().item() == 0)

        let bare = try CDNetFixture.model {
            ($0.usesIntraLoss, $0.usesInterLoss, $0.usesTokenLoss) = (false, false, false)
            ($0.usesRelevanceScore, $0.usesDenoising) = (false, false)
        }
        #expect(bare.loss(batch).parts.map(\.name) == ["focal", "smooth_l1", "giou"])
        #expect(bare.forward(batch).wordsByClip == nil)
        #expect(bare.store.parameters.allSatisfy { !$0.name.contains("word_attention") })
    }

    @Test("every parameter learns: none is left without a gradient")
    func allLearn() throws {
        let model = try CDNetFixture.model()
        model.loss(CDNetFixture.batch(clips: [9, 6], words: [4, 2])).total.backward()
        for entry in model.store.parameters {
            #expect((entry.tensor.gradient?.abs().max().item() ?? 0) > 0, "\(entry.name)")
        }
    }

    @Test("offsets start at zero displacement for clips of zeros")
    func zeroDisplacement() throws {
        let store = ParameterStore(seed: 4)
        let network = OffsetNetwork(store.root, width: 6, kernel: 9, stride: 4, groups: 2, startsAtZero: false)
        let offsets = network(.zeros([2, 10, 6]))
        #expect(offsets.shape == [2, 2, 3])
        #expect(offsets.abs().max().item() == 0)
        #expect(network(.normal([2, 10, 6], seed: 1, stream: 1)).abs().min().item() > 0)
    }

    @Test("points start on the plain grid, and leave it with the first step of training")
    func startOnGrid() throws {
        let model = try CDNetFixture.model { $0.offsetsStartAtZero = true }
        let batch = CDNetFixture.batch(clips: [9, 6], words: [4, 2])
        #expect(model.forward(batch).points!.displacements.abs().max().item() == 0)
        let weight = try #require(model.store["denoising.offsets.pointwise.weight"])
        model.loss(batch).total.backward()
        withoutGradient { weight.inPlaceAdd(weight.gradient!) }
        #expect(model.forward(batch).points!.displacements.abs().max().item() > 0)
    }

    @Test("a norm before the feed-forward network keeps the size that the relevance gives a clip, one after loses it")
    func normKeepsSize() throws {
        func ratio(_ norm: CDNetConfiguration.DenoisingNorm) throws -> Double {
            let model = try CDNetFixture.model { $0.denoisingNorm = norm }
            let denoising = try #require(model.denoising)
            // Nothing is attended to and nothing added: what is left is the way of Ṽ through the layer.
            withoutGradient {
                for name in ["output.weight", "output.bias", "linear2.weight", "linear2.bias"] {
                    let tensor = model.store["denoising." + name]!
                    tensor.inPlaceMultiply(Tensor(0))
                }
            }
            let batch = CDNetFixture.batch(clips: [6], words: [3])
            let video = Tensor.normal([1, 6, 8], seed: 1, stream: 1)
            let sizes = [1.0, 0.1].map { scale in
                denoising(batch, video * scale, context: video, relevance: nil).video.squared().sum().item()
            }
            return sizes[1] / sizes[0]
        }
        #expect(abs(try ratio(.before) - 0.01) < 1e-5)
        #expect(abs(try ratio(.after) - 1) < 0.01)
    }

    @Test("points stay in their video and move no further than the range allows")
    func points() throws {
        let model = try CDNetFixture.model { $0.offsetRange = 3 }
        withoutGradient { model.store["denoising.offsets.pointwise.weight"]!.inPlaceMultiply(Tensor(40)) }
        let clips = [21, 10, 2]
        let points = try #require(model.forward(CDNetFixture.batch(clips: clips, words: [3, 3, 3])).points)
        #expect(points.counts == [6, 3, 1])
        for (row, count) in points.counts.enumerated() {
            let positions = points.positions[row, 0, ..<count].doubles()
            #expect(positions.allSatisfy { $0 >= 0 && $0 <= Double(clips[row] - 1) })
            let moves = points.displacements[row, 0, ..<count].doubles()
            #expect(moves.allSatisfy { abs($0) <= 3 / Double(count) + 1e-6 && $0 != 0 })
        }
    }

    @Test("the plain grid's points stand evenly, and the share of them in a moment is counted")
    func shareInMoments() throws {
        let model = try CDNetFixture.model { $0.learnsOffsets = false }
        let batch = CDNetFixture.batch(clips: [9, 5, 1], words: [3, 3, 3])
        let points = try #require(model.forward(batch).points)
        // ⌈9/4⌉ points over clips 0…8 of two seconds, ⌈5/4⌉ over 0…4, and one.
        #expect(points.times(batch.queries) == [[1, 9, 17], [1, 9], [1]])
        let moments = [[Span(0, 2), Span(9, 12)], [Span(2, 8)], [Span(0, 2)]]
        #expect(points.shareInMoments(moments, batch.queries) == [2.0 / 3, 0, 1])
    }

    @Test("relevance lies between 0 and its scale, and is the scale where clip and words agree")
    func relevanceRange() {
        let store = ParameterStore(seed: 1)
        let score = RelevanceScore(store.root, width: 4)
        withoutGradient {
            for name in ["video", "text"] {
                store["\(name).layers.0.weight"]!.inPlaceCopy(.identity(4))
                store["\(name).layers.0.bias"]!.inPlaceFill(0)
            }
        }
        let clips = Tensor([[1.0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]).to(.float32).unsqueezed(0)
        let words = Tensor([[3.0, 0, 0, 0], [0, 2, 0, 0], [-1, 0, 0, 0]]).to(.float32).unsqueezed(0)
        let values = score(clips, words).doubles()
        // cos 1, 0, −1 with σ = ½: e^0, e^−2, e^−8.
        for (value, expected) in zip(values, [1, 0.1353352832, 0.00033546]) { #expect(abs(value - expected) < 1e-6) }
    }

    @Test("ten steps on a batch lower its loss", arguments: CDNetConfiguration.Assignment.allCases)
    func learning(_ assignment: CDNetConfiguration.Assignment) throws {
        let model = try CDNetFixture.model {
            $0.assignment = assignment
            $0.dropout = 0.1
            $0.inputDropout = 0.1
            $0.dropPath = 0.1
        }
        let batch = CDNetFixture.batch(clips: [12, 9, 10], words: [4, 2, 3])
        let before = model.loss(batch).total.item()
        model.store.isTraining = true
        let optimiser = AdamW(model.store.parameters, learningRate: 1e-2)
        for _ in 0..<10 {
            model.store.clearGradients()
            model.loss(batch).total.backward()
            optimiser.step()
        }
        model.store.isTraining = false
        #expect(model.loss(batch).total.item() < 0.8 * before)
    }
}
