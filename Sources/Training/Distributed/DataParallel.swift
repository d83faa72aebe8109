import Foundation
import Grounding
import Torch

/// A training that several processes share: each computes some rows of every batch, and all change the parameters alike.
///
/// Rank 0 is the leader: it alone reads and writes the run's folder and tells how the run goes.
final class DataParallel {
    let group: ProcessGroup
    private let buckets: GradientBuckets

    /// From now on the model's losses are computed by all processes of the group together. All of them call it.
    ///
    /// - Throws: ``DistributedError`` where another process was lost.
    init(_ group: ProcessGroup, _ model: any GroundingModel) throws {
        self.group = group
        try group.prepareExchanges(on: model.store.device)
        buckets = GradientBuckets(group, model.store.parameters)
        model.store.group = group
    }

    var isLeader: Bool { group.rank == 0 }

    /// What to call `backward()` on: every process computes the whole loss, and their gradients are added up.
    func share(of loss: Tensor) -> Tensor { loss / Double(group.size) }

    /// Ends a backward pass with the sums of the gradients.
    func sumGradients() throws { try buckets.finish() }

    /// The signal that stops all: the one that came here, or one that came to another process. All ask at the same point.
    func agreed(_ signal: Int32?) throws -> Int32? {
        let greatest = try group.gather(Int(signal ?? 0)).max() ?? 0
        return greatest == 0 ? nil : Int32(greatest)
    }

    /// Refuses to train together with processes that were told something else.
    ///
    /// - Throws: ``RunError/ranksDiffer(rank:_:)`` with what is different from rank 0's.
    func compare(_ task: SharedTask) throws {
        let tasks = try group.gather(task)
        // Everybody names the first one that differs, so that all say the same.
        for (rank, other) in tasks.enumerated() {
            let differences = other.differences(from: tasks[0])
            guard differences.isEmpty else { throw RunError.ranksDiffer(rank: rank, differences) }
        }
    }
}

/// What all processes of a run must agree on.
struct SharedTask: Codable {
    let version: String
    let configuration: TrainingConfiguration
    /// The queries to learn from, and to be measured by: their count and a digest.
    let data: [String]

    init(_ setup: RunSetup, queries: Int, data: [String]) {
        version = MomentsVersion.current
        configuration = setup.configuration
        self.data = ["\(queries) queries", "features: \(setup.recipe)"] + data
    }

    /// Places of files may differ from machine to machine; what is in them may not.
    private static let ownPlaces: Set = [
        "name", "threads", "device", "output.directory", "output.checkpointSteps", "data.train", "data.val",
        "data.test", "data.video", "data.text", "data.pack", "data.durations", "data.check", "optimisation.startFrom",
    ]

    func differences(from leader: SharedTask) -> [String] {
        let versions = version == leader.version ? [] : ["Moments \(version), rank 0 has \(leader.version)"]
        let settings = configuration.changes(since: leader.configuration).filter { !Self.ownPlaces.contains($0.key) }
            .map { "\($0.key): \($0.new), rank 0 has \($0.old)" }
        let contents = zip(data, leader.data).filter { $0 != $1 }.map { "data: \($0), rank 0 has \($1)" }
        return versions + settings + contents
    }
}
