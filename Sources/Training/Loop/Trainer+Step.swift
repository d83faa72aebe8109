import Batches
import Datasets
import Foundation
import Grounding
import Torch

extension Trainer {
    /// One step: loss, gradients, change of the parameters.
    ///
    /// In `float16` gradients may overflow: then the parameters stay, the scale is halved, and the record says so.
    ///
    /// - Throws: ``RunError/notFinite(_:)`` before anything is changed.
    func take(_ batch: Batch) throws -> StepRecord {
        let settings = setup.configuration.optimisation
        model.store.isTraining = true
        model.store.clearGradients()
        optimiser.learningRate = settings.learningRate * schedule.factor(at: progress.step)
        guard batch.targets != nil else { throw RunError.noTargets(path: setup.configuration.data.train) }
        let record = try recordedSteps?(batch).map { try change($0, batch) } ?? change(batch)
        model.store.clearGradients()

        progress.step += 1
        progress.random = model.store.random.state
        progress.scaler = scaler?.state
        if record.isSkipped { progress.skipped = (progress.skipped ?? 0) + 1 }
        progress.sums.add(record, queries: batch.count)
        return record
    }

    /// Changes the parameters by a step that a recording computed.
    private func change(_ found: RecordedSteps.Result, _ batch: Batch) throws -> StepRecord {
        let record = StepRecord(
            step: progress.step + 1, epoch: progress.position.epoch + 1, loss: found.total, parts: found.parts,
            learningRate: optimiser.learningRate, gradientNorm: found.gradientNorm, lossScale: nil)
        try requireFinite(record, batch)
        clipGradientNorm(optimiser.parameters, limit: gradientLimit, norm: found.gradientNorm)
        optimiser.step()
        return record
    }

    /// Computes loss and gradients and changes the parameters.
    private func change(_ batch: Batch) throws -> StepRecord {
        let batch = model.store.device == .cpu ? batch : batch.to(model.store.device)
        let loss = model.loss(batch, in: setup.configuration.optimisation.precision)
        try parallel?.group.check()
        let numbers = loss.numbers
        var record = StepRecord(
            step: progress.step + 1, epoch: progress.position.epoch + 1, loss: numbers.total,
            parts: zip(loss.parts, numbers.parts).map { LossPart(name: $0.name, value: $1) },
            learningRate: optimiser.learningRate, gradientNorm: 0, lossScale: scaler?.scale)
        try requireFinite(record, batch)
        let scaled = scaler?.scaled(loss.total) ?? loss.total
        (parallel?.share(of: scaled) ?? scaled).backward()
        try parallel?.sumGradients()
        record.isSkipped = !unscale()
        if record.isSkipped {
            record.gradientNorm = .nan
            // No smaller scale would help: it is no overflow.
            if record.lossScale ?? 1 <= 1 { try requireFinite(record, batch) }
        } else {
            record.gradientNorm = clipGradientNorm(optimiser.parameters, limit: gradientLimit)
            try requireFinite(record, batch)
            optimiser.step()
        }
        return record
    }

    private var gradientLimit: Double { setup.configuration.optimisation.gradientClip ?? .infinity }

    /// Gives the gradients their true size where the loss was scaled; false where they overflowed.
    private func unscale() -> Bool {
        scaler?.unscale(optimiser.parameters.compactMap(\.tensor.gradient)) ?? true
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
        guard let signal = try agreedInterruption() else { return }
        try save()
        throw RunError.interrupted(signal: signal, folder: setup.folder.url.path)
    }

    /// Writes `last.safetensors`, where this process is the one to do it.
    func save() throws {
        guard isLeader else { return }
        try Checkpoint.write(model.store, optimiser: optimiser, metadata: metadata, to: setup.folder.last)
    }

    var metadata: CheckpointMetadata {
        CheckpointMetadata(
            configuration: setup.configuration, recipe: setup.recipe, progress: progress, scores: scores)
    }
}

extension GroundingModel {
    /// The loss with the arithmetic of a configuration. TensorFloat-32 is the process's to allow.
    package func loss(_ batch: Batch, in precision: OptimisationConfiguration.Precision) -> Loss {
        switch precision {
        case .single, .tensorFloat32: loss(batch)
        case .bfloat16: withMixedPrecision(.bfloat16, on: store.device) { loss(batch) }
        case .float16: withMixedPrecision(.float16, on: store.device) { loss(batch) }
        }
    }
}
