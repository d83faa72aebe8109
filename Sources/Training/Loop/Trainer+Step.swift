import Batches
import Datasets
import Foundation
import Grounding
import Torch

extension Trainer {
    /// One step: loss, gradients, change of the parameters.
    ///
    /// - Throws: ``RunError/notFinite(_:)`` before anything is changed.
    func take(_ batch: Batch) throws -> StepRecord {
        let settings = setup.configuration.optimisation
        model.store.isTraining = true
        model.store.clearGradients()
        optimiser.learningRate = settings.learningRate * schedule.factor(at: progress.step)
        let batch = model.store.device == .cpu ? batch : batch.to(model.store.device)
        guard batch.targets != nil else { throw RunError.noTargets(path: setup.configuration.data.train) }

        let loss: Loss
        switch settings.precision {
        case .single: loss = model.loss(batch)
        case .bfloat16: loss = withMixedPrecision(.bfloat16, on: model.store.device) { model.loss(batch) }
        }
        var record = StepRecord(
            step: progress.step + 1, epoch: progress.position.epoch + 1, loss: loss.total.item(),
            parts: loss.parts.map { LossPart(name: $0.name, value: $0.value.item()) },
            learningRate: optimiser.learningRate, gradientNorm: 0)
        try requireFinite(record, batch)
        loss.total.backward()
        record.gradientNorm = clipGradientNorm(optimiser.parameters, limit: settings.gradientClip ?? .infinity)
        try requireFinite(record, batch)
        optimiser.step()
        model.store.clearGradients()

        progress.step += 1
        progress.random = model.store.random.state
        progress.sums.add(record, queries: batch.count)
        return record
    }

    private func requireFinite(_ record: StepRecord, _ batch: Batch) throws {
        let numbers = [("loss", record.loss)] + record.parts.map { ($0.name, $0.value) }
        let all = numbers + [("gradient", record.gradientNorm)]
        let strange = all.filter { !$0.1.isFinite }.map(\.0)
        guard strange.isEmpty else {
            throw RunError.notFinite(
                NotFiniteLoss(what: strange, epoch: record.epoch, step: record.step, queries: batch.queries))
        }
    }

    /// Saves and throws where a signal has come.
    func stopIfAsked() throws {
        guard let signal = interruption() else { return }
        try save()
        throw RunError.interrupted(signal: signal, folder: setup.folder.url.path)
    }

    /// Writes `last.safetensors`.
    func save() throws {
        try Checkpoint.write(model.store, optimiser: optimiser, metadata: metadata, to: setup.folder.last)
    }

    var metadata: CheckpointMetadata {
        CheckpointMetadata(
            configuration: setup.configuration, recipe: setup.recipe, progress: progress, scores: scores)
    }
}
