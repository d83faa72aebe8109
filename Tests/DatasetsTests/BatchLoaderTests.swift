import Annotations
import Batches
import Foundation
import TensorFiles
import Testing
import Torch

@testable import Datasets

@Suite("Loading batches in the background")
struct BatchLoaderTests {
    private func ids(_ loader: BatchLoader) throws -> [[String]] {
        var all: [[String]] = []
        while let batch = try loader.next() { all.append(batch.queries.map(\.id)) }
        return all
    }

    @Test("without a seed the annotations' order; the last batch may be smaller or dropped")
    func plainOrder() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 5)
        #expect(try ids(dataset.loader(batchSize: 2)) == [["0", "1"], ["2", "3"], ["4"]])
        #expect(dataset.loader(batchSize: 2).batchCount == 3)
        #expect(try ids(dataset.loader(batchSize: 2, dropsLast: true)) == [["0", "1"], ["2", "3"]])
    }

    @Test("a shuffled epoch holds every query once; seed and epoch decide the order", arguments: [false, true])
    func shuffled(bucketing: Bool) throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 23)
        func epoch(_ epoch: Int, seed: UInt64 = 3, workers: Int = 1) throws -> [[String]] {
            try ids(
                dataset.loader(batchSize: 4, shuffleSeed: seed, epoch: epoch, bucketing: bucketing, workers: workers))
        }
        let first = try epoch(0)
        #expect(Set(first.flatMap { $0 }) == Set((0..<23).map(String.init)))
        #expect(first.flatMap { $0 }.count == 23)
        #expect(try epoch(0) == first)
        #expect(try epoch(0, workers: 3) == first)
        #expect(try epoch(1) != first)
        #expect(try epoch(0, seed: 4) != first)
    }

    @Test("bucketing puts like lengths together")
    func bucketing() {
        let lengths = (0..<200).map { $0 * 37 % 61 }
        func padding(_ order: BatchOrder) -> Int {
            order.batches.reduce(0) { sum, batch in
                let longest = batch.map { lengths[$0] }.max()!
                return sum + batch.reduce(0) { $0 + longest - lengths[$1] }
            }
        }
        let chance = BatchOrder(count: 200, batchSize: 8, shuffleSeed: 1, epoch: 0)
        let bucketed = BatchOrder(count: 200, batchSize: 8, shuffleSeed: 1, epoch: 0, lengths: lengths)
        #expect(padding(bucketed) * 4 < padding(chance))
        #expect(bucketed.batches.flatMap { $0 }.sorted() == Array(0..<200))
    }

    @Test("going on in the middle of an epoch gives the same remaining batches, to the bit")
    func resume() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 19)
        let loader = dataset.loader(batchSize: 4, shuffleSeed: 9, epoch: 2)
        _ = try loader.next()
        _ = try loader.next()
        let saved = try JSONDecoder().decode(
            LoaderPosition.self, from: JSONEncoder().encode(loader.position))
        #expect(saved == LoaderPosition(epoch: 2, batch: 2))
        let resumed = dataset.loader(batchSize: 4, shuffleSeed: 9, epoch: saved.epoch, startingAt: saved.batch)
        var count = 0
        while let batch = try loader.next() {
            let other = try #require(try resumed.next())
            #expect(other.queries == batch.queries)
            #expect(other.video.floats() == batch.video.floats())
            #expect(other.text.floats() == batch.text.floats())
            #expect(other.targets?.moments == batch.targets?.moments)
            count += 1
        }
        #expect(count == 3)
        #expect(try resumed.next() == nil)
        #expect(try dataset.loader(batchSize: 4, startingAt: 5).next() == nil)
    }

    @Test("an error comes at its batch, after the good ones before it, and stays", arguments: [1, 3])
    func errors(workers: Int) throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 12)
        try FileManager.default.removeItem(at: fixture.file("text/qid5.npz"))
        let loader = dataset.loader(batchSize: 2, ahead: 4, workers: workers)
        #expect(try loader.next()?.queries.map(\.id) == ["0", "1"])
        #expect(try loader.next()?.queries.map(\.id) == ["2", "3"])
        #expect(featureProblem { _ = try loader.next() }?.query == "5")
        #expect(featureProblem { _ = try loader.next() }?.query == "5")
        #expect(loader.position.batch == 2)
    }

    @Test("never more batches are in the making than asked for")
    func boundedAhead() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 12)
        let counting = CountingStore(try fixture.open(annotations))
        let dataset = MomentDataset(annotations: annotations, features: counting)
        let loader = dataset.loader(batchSize: 1, ahead: 3, workers: 2)
        #expect(try loader.next() != nil)
        while counting.count < 4 { usleep(1000) }
        usleep(20_000)
        #expect(counting.count == 4)
        loader.cancel()
        #expect(counting.count == 4)
    }

    @Test("cancelling stops the threads and ends the epoch; dropping a loader does no harm")
    func cancel() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 12)
        let loader = dataset.loader(batchSize: 2, workers: 2)
        #expect(try loader.next() != nil)
        loader.cancel()
        #expect(try loader.next() == nil)
        for _ in 0..<20 { _ = try dataset.loader(batchSize: 2, workers: 2).next() }
    }

    @Test("a generator's numbers are fixed for good")
    func generator() {
        var generator = SeededGenerator(seed: 1, stream: 2)
        var again = SeededGenerator(seed: 1, stream: 2)
        var other = SeededGenerator(seed: 1, stream: 3)
        let numbers = (0..<100).map { _ in generator.next(below: 10) }
        #expect(numbers == (0..<100).map { _ in again.next(below: 10) })
        #expect(numbers != (0..<100).map { _ in other.next(below: 10) })
        #expect(Set(numbers) == Set(0..<10))
    }
}

/// Counts how many videos were asked for.
private final class CountingStore: FeatureStore, @unchecked Sendable {
    private let store: any FeatureStore
    private let lock = NSLock()
    private var asked = 0

    init(_ store: any FeatureStore) { self.store = store }

    var count: Int { lock.withLock { asked } }
    var recipe: FeatureRecipe { store.recipe }

    func video(for annotation: Annotation) throws -> VideoFeatures {
        lock.withLock { asked += 1 }
        return try store.video(for: annotation)
    }

    func text(for annotation: Annotation) throws -> TextFeatures { try store.text(for: annotation) }
}
