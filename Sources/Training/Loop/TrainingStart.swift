import Foundation
import Grounding

extension TrainingConfiguration {
    /// Gives a new model the parameters of the run or checkpoint that `optimisation.startFrom` names, where it names one.
    ///
    /// The optimiser, the random source and the place in the data begin anew: it is another run, on other data.
    ///
    /// - Throws: ``CheckpointError`` where it cannot be read or is another model's; ``RunError/wrongFeatures(_:)`` where it
    ///   was trained on features of another recipe.
    func takeStart(for model: any GroundingModel, _ setup: RunSetup) throws {
        guard let start = optimisation.startFrom else { return }
        let checkpoint = try Checkpoint(contentsOf: RunFolder.checkpoint(at: start))
        try setup.accept(checkpoint.metadata.recipe)
        try checkpoint.restore(model.store)
    }
}
