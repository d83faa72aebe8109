import Batches
import Testing
import Torch

@testable import Grounding

@Suite("What a CDNet saw")
struct CDNetExplanationTests {
    @Test("has as many scores as clips and as many shares as words; shares add up to one")
    func counts() throws {
        let model = try CDNetFixture.model()
        let batch = CDNetFixture.batch(clips: [9, 5], words: [4, 6])
        for (row, explained) in model.explanations(of: batch).enumerated() {
            let (clips, words) = (batch.clipCounts[row], batch.wordCounts[row])
            #expect(explained.confidence.count == clips && explained.relevance?.count == clips)
            #expect(explained.confidence.allSatisfy { (0...1).contains($0) })
            let attention = try #require(explained.wordAttention)
            #expect(attention.count == clips && attention.allSatisfy { $0.count == words })
            for shares in attention + [explained.wordWeights] {
                #expect(abs(shares.reduce(0, +) - 1) < 1e-5 && shares.allSatisfy { $0 >= 0 })
            }
            #expect(
                explained.points.count == (clips + model.configuration.samplingRatio - 1)
                    / model.configuration.samplingRatio)
            let end = Double(clips) * batch.queries[row].clipLength
            #expect(explained.points.allSatisfy { (0...end).contains($0.moved) && (0...end).contains($0.grid) })
        }
    }

    @Test("is what the answer is made of, alone as in a batch")
    func consistent() throws {
        let model = try CDNetFixture.model()
        let batch = CDNetFixture.batch(clips: [9, 5], words: [4, 6])
        let answers = model.ground(batch)
        let explained = model.explanations(of: batch)
        for (answer, explained) in zip(answers, explained) {
            let relevance = try #require(answer.relevance)
            #expect(zip(relevance, try #require(explained.relevance)).allSatisfy { abs($0 - $1) < 1e-6 })
        }
        #expect(model.store.isTraining == false)
    }

    @Test("a model without denoising has no points, one without relevance no relevance")
    func parts() throws {
        let model = try CDNetFixture.model {
            $0.usesDenoising = false
            $0.usesRelevanceScore = false
            $0.usesTokenLoss = false
        }
        let explained = model.explanations(of: CDNetFixture.batch(clips: [9], words: [4]))[0]
        #expect(explained.points.isEmpty && explained.relevance == nil && explained.wordAttention == nil)
        #expect(!explained.confidence.isEmpty)
    }
}
