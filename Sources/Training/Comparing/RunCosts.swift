import Batches
import Datasets
import Foundation
import Grounding
import Torch
import WholeFiles

/// What a finished run cost, and what a query of it costs.
public struct RunCosts: Hashable, Sendable, Codable {
    /// Learned numbers.
    public let parameters: Int
    /// Seconds of training without evaluation, as the run's log has them; epochs that were interrupted count from where
    /// they went on.
    public let trainingSeconds: Double
    /// Milliseconds for one query, features given, ranking included: the median over some queries of the validation split,
    /// one at a time.
    public let queryMilliseconds: Double
    /// Threads that it was measured with.
    public let threads: Int
    /// The processor's instructions that libtorch used, such as `AVX2`; nil where an older version measured.
    public let kernels: String?
    /// The checkpoint that was measured; another one is measured anew.
    private(set) var checkpoint: String

    /// The same, without what is true of this machine's files alone.
    var withoutCheckpoint: RunCosts {
        var costs = self
        costs.checkpoint = ""
        return costs
    }

    /// Measures a run's model.
    ///
    /// - Throws: what reading features throws.
    init(of trained: TrainedModel, on dataset: MomentDataset, folder: RunFolder) throws {
        parameters = trained.model.store.parameterCount
        trainingSeconds = Self.trainingSeconds(folder.metrics)
        threads = Libtorch.threadCount
        kernels = Libtorch.cpuCapability
        checkpoint = Self.stamp(folder.checkpoint)
        queryMilliseconds = try Self.latency(of: trained.model, on: dataset)
    }

    /// What was measured before of the folder's checkpoint; nil where nothing was, or of another.
    init?(in folder: RunFolder) {
        guard let data = try? Data(contentsOf: folder.costs),
            let known = try? JSONDecoder().decode(RunCosts.self, from: data),
            known.checkpoint == Self.stamp(folder.checkpoint)
        else { return nil }
        self = known
    }

    /// Keeps the costs beside the run.
    func write(to folder: RunFolder) throws {
        do {
            try JSONEncoder.exact.encode(self).writeWhole(to: folder.costs)
        } catch {
            throw RunError.unwritable(folder: folder.url.path, error.localizedDescription)
        }
    }

    /// Changes whenever the file is written.
    private static func stamp(_ file: URL) -> String {
        let attributes = (try? FileManager.default.attributesOfItem(atPath: file.path)) ?? [:]
        let date = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(date) \(attributes[.size] as? Int ?? 0)"
    }

    private static func trainingSeconds(_ log: URL) -> Double {
        let lines = ((try? Data(contentsOf: log)) ?? Data()).split(separator: UInt8(ascii: "\n"))
        return lines.reduce(0) { sum, line in
            let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
            return sum + (object?["trainingSeconds"] as? Double ?? 0)
        }
    }

    /// The first few are for warming up.
    private static func latency(of model: any GroundingModel, on dataset: MomentDataset) throws -> Double {
        let warmUp = min(5, dataset.count)
        var seconds: [Double] = []
        for index in 0..<min(45, dataset.count) {
            let batch = try dataset.batch([index]).to(model.store.device)
            let started = ContinuousClock.now
            _ = model.ground(batch)
            if index >= warmUp || dataset.count <= warmUp { seconds.append(started.duration(to: .now).seconds) }
        }
        return seconds.isEmpty ? .nan : 1000 * seconds.sorted()[seconds.count / 2]
    }
}

extension RunFolder {
    /// What a comparison found the run to cost.
    var costs: URL { url.appendingPathComponent("costs.json") }
}
