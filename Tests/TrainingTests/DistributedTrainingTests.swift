import Batches
import Datasets
import Foundation
import Grounding
import TestSupport
import Testing
import Torch

@testable import Training

/// One rank of a training of a small CDNet on made-up queries; rank 0 writes the folder.
private struct SharedRun: Sendable {
    let folder: URL
    var epochs = 20
    var dropout = 0.0
    var precision = OptimisationConfiguration.Precision.single

    /// 22 queries by 5: neither divides by 2 or 3, and the last batch has fewer rows than there may be processes.
    private var configuration: TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.seed = 3
        configuration.output.directory = folder.path
        configuration.output.checkpointSteps = 3
        configuration.optimisation.epochs = epochs
        configuration.optimisation.batchSize = 5
        configuration.optimisation.learningRate = 1e-3
        configuration.optimisation.precision = precision
        configuration.evaluation.metric = "figure"
        return configuration
    }

    func model() throws -> CDNet {
        var settings = CDNetConfiguration(videoWidth: 6, textWidth: 2)
        settings.hiddenSize = 16
        settings.heads = 2
        settings.feedForwardSize = 64
        settings.localizerLayers = 1
        settings.offsetKernel = 3
        settings.inputDropout = dropout
        settings.dropout = dropout
        settings.dropPath = dropout
        return try CDNet(settings, seed: 3)
    }

    /// Trains to the end, or to a signal that comes to the last rank alone after so many steps.
    func train(_ group: ProcessGroup?, resuming: Bool = false, interruptingAfter steps: Int = .max) throws -> [[Float]]
    {
        let model = try model()
        let trainer = try Trainer(
            RunSetup(configuration: configuration, recipe: TinyRun.recipe), model: model,
            source: TinySource(queryCount: 22), evaluation: { _, _ in Scores([("figure", 1)]) }, group: group)
        let isLast = group.map { $0.rank == $0.size - 1 } ?? true
        trainer.interruption = { [unowned trainer] in isLast && trainer.progress.step >= steps ? SIGTERM : nil }
        if resuming, trainer.isLeader { try trainer.resume() }
        do {
            try trainer.run()
        } catch RunError.interrupted(SIGTERM, _) {}
        return model.store.parameters.map { $0.tensor.floats() }
    }

    func losses() throws -> [Double] {
        try String(contentsOf: folder.appendingPathComponent("steps.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return try #require(object?["loss"] as? Double)
            }
    }
}

/// The greatest difference of two lists of numbers, as a share of the greatest number where that is above 1.
private func distance(_ left: [Double], _ right: [Double]) -> Double {
    guard left.count == right.count else { return .infinity }
    let scale = right.map(abs).max() ?? 0
    return (zip(left, right).map { abs($0 - $1) }.max() ?? 0) / max(1, scale)
}

@Suite struct `A training that several processes share` {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")

    private func run(_ name: String, _ change: (inout SharedRun) -> Void = { _ in }) -> SharedRun {
        var run = SharedRun(folder: folder.appendingPathComponent(name))
        change(&run)
        return run
    }

    /// Rounding grows from step to step; these are about ten times what was seen after 100 steps.
    private static let lossTolerance = 1e-3, parameterTolerance = 1e-2

    @Test(arguments: [2, 3], [0, 0.2])
    func `has the losses and parameters of one process for 100 steps`(processes: Int, dropout: Double) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let alone = run("alone") { $0.dropout = dropout }
        let shared = run("shared") { $0.dropout = dropout }
        let parameters = try alone.train(nil)
        let ranks = try withRanks(processes) { try shared.train($0) }
        let losses = try alone.losses()
        #expect(losses.count == 100)
        // The beginning is held to more: there, only the order of sums differs.
        #expect(distance(Array(try shared.losses().prefix(10)), Array(losses.prefix(10))) < 1e-5)
        #expect(distance(try shared.losses(), losses) < Self.lossTolerance)
        let flat = parameters.joined().map(Double.init)
        for rank in ranks {
            // All ranks are the same to the last bit, and the one process but for rounding.
            #expect(rank == ranks[0])
            #expect(distance(rank.joined().map(Double.init), flat) < Self.parameterTolerance)
        }
    }

    @Test func `stops on all ranks where a signal comes to one, and goes on with another number of them`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = run("whole") { ($0.epochs, $0.dropout) = (6, 0.2) }
        _ = try whole.train(nil)
        let parts = run("parts") { ($0.epochs, $0.dropout) = (6, 0.2) }
        _ = try withRanks(3) { try parts.train($0, interruptingAfter: 7) }
        #expect(try parts.losses().count == 7)
        _ = try withRanks(2) { try parts.train($0, resuming: true, interruptingAfter: 19) }
        #expect(try parts.losses().count == 19)
        _ = try parts.train(nil, resuming: true)
        #expect(distance(try parts.losses(), try whole.losses()) < Self.lossTolerance)
    }

    @Test func `leaves out the same overflowing steps in float16`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let shared = run("half") { ($0.epochs, $0.precision) = (2, .float16) }
        let ranks = try withRanks(2) { try shared.train($0) }
        #expect(ranks[0] == ranks[1])
        #expect(try shared.losses().count == 10)
    }

    @Test func `refuses ranks that were told something else, and says what`() throws {
        let texts = try withRanks(3) { group in
            var configuration = TrainingConfiguration()
            configuration.optimisation.batchSize = group.rank == 1 ? 8 : 4
            configuration.data.train = "/host\(group.rank)/train.jsonl"
            let model = TinyModel()
            let task = SharedTask(
                RunSetup(configuration: configuration, recipe: TinyRun.recipe), queries: 20,
                data: [group.rank == 1 ? "digest a" : "digest b"])
            let parallel = try DataParallel(group, model)
            let error = #expect(throws: RunError.self) { try parallel.compare(task) }
            return "\(error!)"
        }
        for text in texts {
            #expect(text.contains("Rank 1 was started with something else than rank 0"))
            #expect(text.contains("optimisation.batchSize: 8, rank 0 has 4") && text.contains("digest a"))
            #expect(!text.contains("train.jsonl"))
        }
    }

    @Test func `takes a model that does not divide its rows, which every process then computes whole`() throws {
        let alone = TinyRun()
        try alone.trainer().run()
        let wanted = alone.model.store.parameters.map { $0.tensor.floats() }
        let ranks = try withRanks(2) { group in
            let tiny = TinyRun()
            let trainer = try Trainer(
                RunSetup(configuration: tiny.configuration, recipe: TinyRun.recipe), model: tiny.model,
                source: TinySource(), evaluation: nil, group: group)
            try trainer.run()
            return tiny.model.store.parameters.map { $0.tensor.floats() }
        }
        // Halves are added up to wholes without rounding.
        #expect(ranks == [wanted, wanted])
    }
}
