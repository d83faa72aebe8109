import Foundation
import Grounding
import Torch

extension Trainer {
    /// Whether this process reads and writes the run's folder: the only one, or rank 0.
    var isLeader: Bool { parallel?.isLeader ?? true }

    /// The signal that stops the run, whichever of its processes it came to.
    func agreedInterruption() throws -> Int32? {
        guard let parallel else { return interruption() }
        return try parallel.agreed(interruption())
    }

    /// Everybody begins where rank 0 stands, be it at the first step or where it has gone on from.
    func takeLeadersState() throws {
        guard let group = parallel?.group else { return }
        let state = try group.broadcast(
            LeadersState(progress: progress, scores: scores, moments: optimiser.moments.keys.sorted()))
        for entry in model.store.parameters + model.store.buffers { try group.broadcast(entry.tensor) }
        for name in state.moments {
            guard let parameter = model.store[name] else { continue }
            let own = optimiser.moments[name] ?? AdamW.Moments(of: parameter)
            for tensor in [own.first, own.second, own.step] { try group.broadcast(tensor) }
            if !isLeader { optimiser.restore(name, own) }
        }
        scores = state.scores
        goOn(from: state.progress)
    }

    private struct LeadersState: Codable {
        let progress: TrainingProgress
        let scores: Scores
        let moments: [String]
    }
}
