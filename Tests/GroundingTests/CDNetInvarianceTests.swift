import Batches
import Grounding
import Testing
import Torch

@Suite("CDNet: masks and padding")
struct CDNetInvarianceTests {
    private static let clips = [13, 8, 5, 1, 3]
    private static let words = [6, 1, 4, 3, 2]

    /// Everything of a row that a user can see, cut to its own clips.
    private func row(_ index: Int, _ output: CDNetOutput, _ clips: Int) -> [Tensor] {
        var parts = [
            output.logits[index][..<clips], output.boundaries[index][..<clips], output.video[index][..<clips],
            output.query[index],
        ]
        if let words = output.wordsByClip { parts.append(words[index][..<clips]) }
        if let relevance = output.relevance { parts.append(relevance[index][..<clips]) }
        if let points = output.points { parts.append(points.positions[index, 0..., ..<points.counts[index]]) }
        return parts
    }

    @Test("a video's output is the same alone and in any batch", arguments: [1, 2, 3, 4, 8])
    func alone(ratio: Int) throws {
        for kernel in [1, 4, 9] {
            let model = try CDNetFixture.model {
                $0.samplingRatio = ratio
                $0.offsetKernel = kernel
                $0.offsetGroups = 2
            }
            let together = model.forward(CDNetFixture.batch(clips: Self.clips, words: Self.words))
            for index in Self.clips.indices {
                let alone = model.forward(CDNetFixture.rows([index], clips: Self.clips, words: Self.words))
                let pair = model.forward(CDNetFixture.rows([index, 1], clips: Self.clips, words: Self.words))
                for (part, parts) in zip(
                    row(index, together, Self.clips[index]),
                    zip(row(0, alone, Self.clips[index]), row(0, pair, Self.clips[index])))
                {
                    #expect(part.isClose(to: parts.0, relative: 1e-4, absolute: 1e-5), "r \(ratio), row \(index)")
                    #expect(part.isClose(to: parts.1, relative: 1e-4, absolute: 1e-5), "r \(ratio), row \(index)")
                }
            }
        }
    }

    @Test("what stands in padded places changes nothing", arguments: [1e3, .infinity, .nan])
    func paddedValues(_ padding: Double) throws {
        let model = try CDNetFixture.model()
        let zeros = CDNetFixture.batch(clips: Self.clips, words: Self.words)
        let noise = CDNetFixture.batch(
            clips: Self.clips, words: Self.words, extraClips: 3, extraWords: 2, padding: padding)
        let (a, b) = (model.forward(zeros), model.forward(noise))
        for index in Self.clips.indices {
            for (x, y) in zip(row(index, a, Self.clips[index]), row(index, b, Self.clips[index])) {
                #expect(x.isClose(to: y, relative: 1e-5, absolute: 1e-6))
            }
        }
        #expect(abs(model.loss(zeros).total.item() - model.loss(noise).total.item()) < 1e-5)
        let (answers, others) = (model.ground(zeros), model.ground(noise))
        #expect(answers.map(\.saliency.count) == Self.clips)
        #expect(others.map(\.saliency.count) == Self.clips)
    }

    @Test("words beyond the limit are cut")
    func wordLimit() throws {
        let model = try CDNetFixture.model { $0.maxWords = 3 }
        let long = CDNetFixture.batch(clips: [6, 4], words: [5, 2])
        let short = Batch(
            video: long.video, clipCounts: long.clipCounts, text: long.text[0..., ..<3], wordCounts: [3, 2],
            queries: long.queries)
        #expect(model.forward(long).logits.isClose(to: model.forward(short).logits))
    }

    @Test(
        "extreme shapes give finite losses and gradients",
        arguments: [
            ([1], [1]), ([2], [1]), ([3, 1], [1, 5]), ([75], [32]), ([4, 4], [2, 2]),
        ])
    func extremes(clips: [Int], words: [Int]) throws {
        for assignment in CDNetConfiguration.Assignment.allCases {
            let model = try CDNetFixture.model { $0.assignment = assignment }
            model.store.isTraining = true
            let loss = model.loss(CDNetFixture.batch(clips: clips, words: words))
            #expect(
                loss.parts.allSatisfy { $0.value.item().isFinite }, "\(loss.parts.map { ($0.name, $0.value.item()) })")
            loss.total.backward()
            for entry in model.store.parameters {
                #expect(entry.tensor.gradient?.isFinite().all().integer() == 1, "\(entry.name)")
            }
        }
    }

    @Test("a moment as long as the video has no negatives and no contrast within the video")
    func wholeVideo() throws {
        let model = try CDNetFixture.model { $0.assignment = .both }
        let batch = CDNetFixture.batch(clips: [6, 4], words: [3, 2], moments: [[Span(0, 12)], [Span(0, 8)]])
        let parts = Dictionary(uniqueKeysWithValues: model.loss(batch).parts.map { ($0.name, $0.value.item()) })
        #expect(parts["intra"]! == 0)
        #expect(parts["token"]! == 0)
        #expect(parts["inter"]! > 0)
        #expect(parts.values.allSatisfy { $0.isFinite })
    }

    @Test("a query without moments is all negative and takes no part in the rest")
    func noMoments() throws {
        let model = try CDNetFixture.model { $0.assignment = .both }
        let batch = CDNetFixture.batch(clips: [6], words: [3], moments: [[]])
        let parts = Dictionary(uniqueKeysWithValues: model.loss(batch).parts.map { ($0.name, $0.value.item()) })
        #expect(parts["focal"]! > 0)
        #expect(parts.filter { $0.key != "focal" }.values.allSatisfy { $0 == 0 }, "\(parts)")
    }
}
