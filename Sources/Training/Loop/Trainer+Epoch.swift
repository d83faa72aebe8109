import Batches
import Datasets
import Foundation
import Grounding
import Torch

extension Trainer {
    /// Steps from where the epoch stands to its end, then the evaluation where one is due.
    func runEpoch() throws {
        let configuration = setup.configuration
        let first = progress.position
        let started = ContinuousClock.now
        let queriesBefore = progress.sums.queries
        if first.batch < batchesPerEpoch {
            let batches = source.batches(
                size: configuration.optimisation.batchSize, seed: configuration.seed, from: first,
                on: model.store.device)
            while let batch = try batches.next() {
                let record = try take(batch)
                progress.position.batch += 1
                try steps?.append(record.json)
                observer?.finished(
                    record, batch: progress.position.batch, of: batchesPerEpoch, queries: batch.count)
                try stopIfAsked()
                let isLast = progress.position.batch == batchesPerEpoch
                if !isLast, progress.step % configuration.output.checkpointSteps == 0 { try save() }
            }
        }
        let training = started.duration(to: .now).seconds
        var record = EpochRecord(
            epoch: first.epoch + 1, step: progress.step,
            losses: progress.sums.means.map { LossPart(name: $0.name, value: $0.value) },
            learningRate: optimiser.learningRate, scores: nil,
            queriesPerSecond: Double(progress.sums.queries - queriesBefore) / max(training, 1e-9),
            seconds: (training, 0), isSimulated: setup.isSimulated)
        let isLast = record.epoch >= configuration.optimisation.epochs
        let isBest = try evaluate(&record, isDue: record.epoch % configuration.evaluation.every == 0 || isLast)
        try close(record, isBest: isBest, isLast: isLast)
    }

    /// `optimisation.epochs: 0`: the model as it was made, measured and kept.
    func finishWithoutSteps() throws {
        var record = EpochRecord(
            epoch: 0, step: 0, losses: [], learningRate: 0, scores: nil, queriesPerSecond: 0, seconds: (0, 0),
            isSimulated: setup.isSimulated)
        let isBest = try evaluate(&record, isDue: true)
        try log(record, isBest: isBest)
        progress.isFinished = true
        try save()
    }

    /// Measures the model; returns whether it is the best so far.
    private func evaluate(_ record: inout EpochRecord, isDue: Bool) throws -> Bool {
        guard let evaluation, isDue else { return false }
        let settings = setup.configuration.evaluation
        let started = ContinuousClock.now
        model.store.isTraining = false
        let figures: Scores
        do {
            figures = try evaluation(model) { done, count in
                observer?.evaluated(done, of: count)
                return interruption() == nil
            }
        } catch is CancellationError {
            try stopIfAsked()
            throw CancellationError()
        }
        record.seconds.evaluation = started.duration(to: .now).seconds
        record.scores = figures
        scores = figures
        guard let value = figures[settings.metric] else {
            throw RunError.unknownMetric(settings.metric, known: figures.names)
        }
        let isBest = progress.best.map { value > $0.value } ?? true
        if isBest {
            progress.best = BestEpoch(epoch: record.epoch, value: value)
            progress.evaluationsSinceBest = 0
        } else {
            progress.evaluationsSinceBest += 1
        }
        return isBest
    }

    /// Logs the epoch, goes to the next, saves.
    private func close(_ record: EpochRecord, isBest: Bool, isLast: Bool) throws {
        progress.position = .init(epoch: record.epoch, batch: 0)
        progress.sums = LossSums()
        let patience = setup.configuration.evaluation.patience ?? .max
        progress.isFinished = isLast || progress.evaluationsSinceBest >= patience
        try log(record, isBest: isBest)
        try save()
    }

    private func log(_ record: EpochRecord, isBest: Bool) throws {
        guard isLeader else { return }
        // The best goes first: killed in between, the run comes here again from the last, with the same numbers.
        if isBest {
            try Checkpoint.write(model.store, metadata: metadata, to: setup.folder.best)
        }
        try metrics?.append(record.json)
        curves.add(record)
        try curves.write(
            to: setup.folder.curves, name: setup.configuration.name, isSimulated: setup.isSimulated,
            metric: setup.configuration.evaluation.metric, best: progress.best)
        observer?.finished(record, isBest: isBest)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
