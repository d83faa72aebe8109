import Foundation
import Torch
import Training
import WholeFiles

/// Trains the encoders of the small world, one after the other.
///
///     DIR/clip/model.safetensors, DIR/clip/merges.txt    what `--clip DIR/clip` takes
///     DIR/slowfast.safetensors                           what `--slowfast` takes
///     DIR/metrics.jsonl                                  a line for each encoder's epoch
///     DIR/state-clip.safetensors, …                      to go on from
///
/// A step follows from the configuration and its number alone, so that a run that was stopped goes on as if it had not been.
public final class EncoderTrainer {
    /// The encoders that there are, in the order of their training.
    public enum Kind: String, CaseIterable, Sendable { case clip, slowfast }

    /// Tells how it goes: a line of text, and whether it replaces the last one that was passing too.
    public typealias Report = (_ text: String, _ isPassing: Bool) -> Void

    private let configuration: EncoderTrainingConfiguration
    private let folder: URL
    private let isResuming: Bool
    private let report: Report
    private let isWanted: () -> Bool

    /// Prepares the folder.
    ///
    /// - Parameters:
    ///   - configuration: What is learned and how.
    ///   - resuming: Whether to go on with the run that is in the folder.
    ///   - isWanted: Asked after each step; where it says false, the run is saved and stopped.
    ///   - report: Told how it goes.
    /// - Throws: ``EncoderTrainingError`` where there is a run already, or none to go on with.
    public init(
        _ configuration: EncoderTrainingConfiguration, resuming: Bool = false,
        isWanted: @escaping () -> Bool = { Interruption.pending == nil }, report: @escaping Report = { _, _ in }
    ) throws {
        self.configuration = configuration
        self.isWanted = isWanted
        self.report = report
        isResuming = resuming
        folder = URL(fileURLWithPath: configuration.output.directory)
        let isBegun = Kind.allCases.contains { Self.state($0.rawValue, folder).exists }
        if isBegun != resuming {
            throw resuming
                ? EncoderTrainingError.nothingToResume(folder: folder.path)
                : EncoderTrainingError.exists(folder: folder.path)
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let note = folder.appendingPathComponent("configuration.json")
            if !resuming { try encoder.encode(configuration).writeWhole(to: note) }
        } catch {
            throw EncoderTrainingError.unwritable(folder: folder.path, reason: error.localizedDescription)
        }
    }

    /// Trains what is asked for, or what of it is not trained yet.
    ///
    /// - Throws: ``EncoderTrainingError``, with ``EncoderTrainingError/interrupted(signal:folder:)`` where it was stopped.
    public func run(_ kinds: [Kind] = Kind.allCases) throws {
        for kind in Kind.allCases where kinds.contains(kind) {
            switch kind {
            case .clip: try train(CLIPTeacher(configuration), configuration.clip.learning)
            case .slowfast: try train(SlowFastTeacher(configuration), configuration.slowfast.learning)
            }
        }
    }

    private static func state(_ name: String, _ folder: URL) -> EncoderState {
        EncoderState(file: folder.appendingPathComponent("state-\(name).safetensors"))
    }

    /// What decides a part's steps, as JSON.
    private func signature(of name: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let isCLIP = name == Kind.clip.rawValue
        let deciding = DecidingFields(
            seed: configuration.seed, world: configuration.world, clip: isCLIP ? configuration.clip : nil,
            slowfast: isCLIP ? nil : configuration.slowfast)
        return String(decoding: try encoder.encode(deciding), as: UTF8.self)
    }

    private func train<Part: Lessons>(_ lessons: Part, _ learning: EncoderLearning) throws {
        let store = lessons.store
        let optimiser = AdamW(
            store.parameters, learningRate: learning.learningRate, weightDecay: learning.weightDecay,
            betas: (0.9, 0.98))
        let state = Self.state(lessons.name, folder)
        var progress = EncoderState.Progress(configuration: try signature(of: lessons.name))
        if isResuming, state.exists {
            let saved = try state.load(store, optimiser)
            guard saved.configuration == progress.configuration else {
                throw EncoderTrainingError.changed(folder: folder.path, encoder: lessons.name)
            }
            progress = saved
        }
        let total = learning.epochs * learning.stepsPerEpoch
        report(
            "\(lessons.name): \(store.parameterCount) parameters, \(total) steps of \(learning.batchSize)"
                + (progress.step > 0 ? "; going on after step \(progress.step)" : ""), false)
        guard progress.step < total else { return }
        let schedule = Schedule(.cosine(total: total, floor: 0.01), warmup: learning.warmupSteps)
        let ahead = Prefetcher(
            progress.step..<total, threads: Self.drawingThreads(store.device), make: lessons.batches)
        defer { ahead.stop() }
        let began = ContinuousClock.now
        let first = progress.step
        while progress.step < total {
            let start = ContinuousClock.now
            optimiser.learningRate = learning.learningRate * schedule.factor(at: progress.step)
            let loss = try step(lessons, ahead.value(), optimiser, learning, progress.step)
            progress.step += 1
            progress.lossSum += loss
            progress.seconds += start.duration(to: .now) / .seconds(1)
            let rate = Double(progress.step - first) / (began.duration(to: .now) / .seconds(1))
            show(lessons.name, progress.step, of: total, loss: loss, rate: rate * Double(learning.batchSize))
            if progress.step % learning.stepsPerEpoch == 0 {
                try finishEpoch(lessons, learning, &progress)
                try lessons.write()
                try save(state, progress, store, optimiser)
            } else if progress.step % configuration.output.saveSteps == 0 {
                try save(state, progress, store, optimiser)
            }
            if !isWanted() {
                try save(state, progress, store, optimiser)
                throw EncoderTrainingError.interrupted(signal: Interruption.pending ?? SIGINT, folder: folder.path)
            }
        }
    }

    /// Threads that draw what comes next. Where the processor learns too, drawing takes less than a fifth of its time.
    private static func drawingThreads(_ device: Device) -> Int {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return max(1, device == .cpu ? cores / 4 : cores - 1)
    }

    /// One step; returns its loss.
    private func step<Part: Lessons>(
        _ lessons: Part, _ batch: Part.Batch, _ optimiser: AdamW, _ learning: EncoderLearning, _ step: Int
    ) throws -> Double {
        let store = lessons.store
        store.isTraining = true
        defer { store.isTraining = false }
        store.clearGradients()
        let random = RandomSource(seed: configuration.seed ^ 0x5EED)
        // A stream's draws are few, and every step has its own.
        random.state.stream = UInt64(step) << 8
        let loss = lessons.loss(batch, random: random)
        let value = loss.item()
        guard value.isFinite else { throw EncoderTrainingError.notFinite(encoder: lessons.name, step: step + 1) }
        loss.backward()
        clipGradientNorm(store.parameters, limit: learning.gradientClip)
        optimiser.step()
        lessons.limit()
        return value
    }

    private func finishEpoch<Part: Lessons>(
        _ lessons: Part, _ learning: EncoderLearning, _ progress: inout EncoderState.Progress
    ) throws {
        let figures = lessons.figures()
        let epoch = EncoderState.Epoch(
            encoder: lessons.name, epoch: progress.step / learning.stepsPerEpoch, steps: progress.step,
            loss: progress.lossSum / Double(learning.stepsPerEpoch),
            figures: Dictionary(uniqueKeysWithValues: figures.map { ($0.name, ($0.value * 100).rounded() / 100) }),
            seconds: (progress.seconds * 10).rounded() / 10)
        progress.epochs.append(epoch)
        (progress.lossSum, progress.seconds) = (0, 0)
        let shown = figures.map { "\($0.name) \(String(format: "%.1f", $0.value))" }.joined(separator: "  ")
        report(
            "\(lessons.name) epoch \(epoch.epoch)/\(learning.epochs)  loss \(String(format: "%.3f", epoch.loss))  \(shown)  "
                + "\(Int(epoch.seconds)) s", false)
    }

    private func save(
        _ state: EncoderState, _ progress: EncoderState.Progress, _ store: ParameterStore, _ optimiser: AdamW
    ) throws {
        try state.save(progress, store, optimiser)
        try writeMetrics(progress)
    }

    /// The other encoder's lines stay.
    private func writeMetrics(_ progress: EncoderState.Progress) throws {
        guard let name = progress.epochs.first?.encoder else { return }
        let file = folder.appendingPathComponent("metrics.jsonl")
        let decoder = JSONDecoder()
        let old = ((try? Data(contentsOf: file)) ?? Data()).split(separator: UInt8(ascii: "\n"))
            .compactMap { try? decoder.decode(EncoderState.Epoch.self, from: $0) }.filter { $0.encoder != name }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let lines = try (old + progress.epochs).map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
        do {
            try Data(lines.joined().utf8).writeWhole(to: file)
        } catch {
            throw EncoderTrainingError.unwritable(folder: file.path, reason: error.localizedDescription)
        }
    }

    private func show(_ name: String, _ step: Int, of total: Int, loss: Double, rate: Double) {
        report(
            "\(name) step \(step)/\(total)  loss \(String(format: "%.3f", loss))  \(Int(rate.rounded())) samples/s",
            true)
    }
}

/// The fields of a configuration that decide an encoder's steps.
private struct DecidingFields: Encodable {
    var seed: UInt64
    var world: WorldSamples
    var clip: CLIPLessons?
    var slowfast: SlowFastLessons?
}
