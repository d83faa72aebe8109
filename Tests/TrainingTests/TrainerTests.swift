import Batches
import Datasets
import Foundation
import Grounding
import Testing
import Torch

@testable import Training

@Suite("A training run")
struct TrainerTests {
    @Test("learns: the loss falls, and a line a step and a line an epoch say so")
    func learns() throws {
        let tiny = TinyRun { $0.optimisation.epochs = 10 }
        try tiny.trainer().run()
        let steps = try tiny.lines(tiny.run.steps)
        #expect(steps.count == 50)
        func loss(_ line: String) throws -> Double {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["loss"] as? Double)
        }
        #expect(try loss(steps[49]) < 0.6 * loss(steps[0]))
        let epochs = try tiny.lines(tiny.run.metrics)
        #expect(epochs.count == 10)
        #expect(epochs[9].hasPrefix("{\"epoch\":10,\"step\":50,"))
        #expect(epochs.allSatisfy { $0.contains("\"simulated\":false") })
        #expect(try String(contentsOf: tiny.run.curves, encoding: .utf8).contains("<svg"))
    }

    @Test("is the same with the same seed, and another with another")
    func seeds() throws {
        let first = TinyRun(seed: 1)
        let again = TinyRun(seed: 1)
        let other = TinyRun(seed: 2)
        for run in [first, again, other] { try run.trainer().run() }
        #expect(try first.stepLog() == again.stepLog())
        #expect(try first.stepLog() != other.stepLog())
    }

    @Test(
        "goes on after Ctrl-C with the numbers of an uninterrupted run, wherever it was stopped",
        arguments: [1, 4, 5, 7])
    func resumes(steps: Int) throws {
        let whole = TinyRun()
        whole.scores = { _ in 100.0 / 3 }
        try whole.trainer().run()

        let stopped = TinyRun()
        stopped.scores = { _ in 100.0 / 3 }
        #expect(throws: RunError.self) { try stopped.trainer(interruptingAfter: steps).run() }
        #expect(try stopped.lines(stopped.run.steps).count == steps)
        let other = TinyRun(sharing: stopped)
        other.scores = { _ in 100.0 / 3 }
        let trainer = try other.trainer()
        try trainer.resume()
        try trainer.run()
        #expect(try other.stepLog() == whole.stepLog())
        for (left, right) in zip(whole.model.store.parameters, other.model.store.parameters) {
            #expect(left.tensor.floats() == right.tensor.floats(), "\(left.name)")
        }
        #expect(try other.lines(other.run.metrics).count == 3)
        #expect(try Data(contentsOf: other.run.curves) == Data(contentsOf: whole.run.curves))
    }

    @Test("that was killed between two saves takes the steps after the first save again")
    func repeats() throws {
        let whole = TinyRun()
        try whole.trainer().run()
        let killed = TinyRun()
        #expect(throws: RunError.self) { try killed.trainer(interruptingAfter: 2).run() }
        // Steps that were logged after the save, the last of them half.
        let handle = try FileHandle(forWritingTo: killed.run.steps)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":3,\"epoch\":1,\"loss\":0.5}\n{\"step\":4,\"epo".utf8))
        try handle.close()
        let other = TinyRun(sharing: killed)
        let trainer = try other.trainer()
        try trainer.resume()
        try trainer.run()
        #expect(try other.stepLog() == whole.stepLog())
    }

    @Test("can be gone on with from its first step on, before any save that is due")
    func fromTheStart() throws {
        let whole = TinyRun()
        try whole.trainer().run()
        let broken = TinyRun()
        broken.model.failingCall = 1
        #expect(throws: RunError.self) { try broken.trainer().run() }
        let other = TinyRun(sharing: broken)
        let trainer = try other.trainer()
        try trainer.resume()
        try trainer.run()
        #expect(try other.stepLog() == whole.stepLog())
    }

    @Test("stops where the loss is not a number, names the batch's queries, and keeps the good checkpoint")
    func notFinite() throws {
        let tiny = TinyRun()
        tiny.model.failingCall = 8
        let error = #expect(throws: RunError.self) { try tiny.trainer().run() }
        let loss = try #require(error.flatMap { if case .notFinite(let loss) = $0 { loss } else { nil } })
        #expect(loss.step == 8 && loss.epoch == 2 && loss.what.contains("loss"))
        #expect(loss.queries.count == 4)
        for query in loss.queries { #expect("\(error!)".contains("qid \(query.id), video \(query.video)")) }
        let checkpoint = try Checkpoint(contentsOf: tiny.run.last)
        #expect(checkpoint.metadata.progress.step == 6)
        #expect(tiny.model.store.parameters.allSatisfy { $0.tensor.floats().allSatisfy(\.isFinite) })
    }

    @Test("keeps the best epoch and stops after as many worse ones as it has patience for")
    func earlyStop() throws {
        let tiny = TinyRun {
            $0.optimisation.epochs = 20
            $0.evaluation.patience = 3
        }
        let figures = [1.0, 5, 4, 4.5, 5, 9]
        tiny.scores = { figures[$0 - 1] }
        let trainer = try tiny.trainer()
        #expect(try trainer.run() == .earlyStop)
        #expect(trainer.best == BestEpoch(epoch: 2, value: 5))
        #expect(try tiny.lines(tiny.run.metrics).count == 5)
        #expect(try Checkpoint(contentsOf: tiny.run.best).metadata.progress.step == 10)
    }

    @Test("is evaluated every so many epochs and always after the last")
    func evaluatesSometimes() throws {
        let tiny = TinyRun {
            $0.optimisation.epochs = 5
            $0.evaluation.every = 2
        }
        tiny.scores = { Double($0) }
        try tiny.trainer().run()
        let lines = try tiny.lines(tiny.run.metrics)
        #expect(lines.map { $0.contains("\"scores\"") } == [false, true, false, true, true])
    }

    @Test("of no epochs measures the model as it was made")
    func noEpochs() throws {
        let tiny = TinyRun { $0.optimisation.epochs = 0 }
        tiny.scores = { _ in 12 }
        let trainer = try tiny.trainer()
        try trainer.run()
        #expect(trainer.best == BestEpoch(epoch: 0, value: 12))
        #expect(try tiny.lines(tiny.run.metrics).count == 1)
    }

    @Test("asked to stop during an evaluation goes on with that evaluation")
    func stoppedWhileEvaluating() throws {
        let tiny = TinyRun()
        let stopped = try Trainer(
            RunSetup(configuration: tiny.configuration, recipe: TinyRun.recipe), model: tiny.model,
            source: TinySource(),
            evaluation: { _, goesOn in
                if !goesOn(1, 2) { throw CancellationError() }
                return Scores([("figure", 1)])
            })
        var asked = 0
        stopped.interruption = {
            asked += 1
            // Five steps ask once each, then the evaluation does, and the end that follows it.
            return asked > 5 ? SIGTERM : nil
        }
        let error = #expect(throws: RunError.self) { try stopped.run() }
        guard case .interrupted(SIGTERM, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try tiny.lines(tiny.run.metrics).isEmpty)

        let other = TinyRun(sharing: tiny)
        other.scores = { Double($0) }
        let trainer = try other.trainer()
        try trainer.resume()
        #expect(trainer.progress.position.batch == 5)
        try trainer.run()
        #expect(other.evaluations == 3 && trainer.progress.step == 15)
    }

    @Test("in bfloat16 learns too, and is repeatable")
    func halfPrecision() throws {
        let runs = [0, 1].map { _ in TinyRun { $0.optimisation.precision = .bfloat16 } }
        let single = TinyRun()
        for run in runs + [single] { try run.trainer().run() }
        #expect(try runs[0].stepLog() == runs[1].stepLog())
        #expect(try runs[0].stepLog() != single.stepLog())
    }

    @Test("says which figures there are where the chosen one does not exist")
    func unknownMetric() throws {
        let tiny = TinyRun { $0.evaluation.metric = "MR-mAP" }
        tiny.scores = { _ in 1 }
        let error = #expect(throws: RunError.self) { try tiny.trainer().run() }
        #expect("\(error!)".contains("“MR-mAP”") && "\(error!)".contains("figure"))
    }

    @Test("is not gone on with under another configuration, and says what has changed")
    func changedConfiguration() throws {
        let tiny = TinyRun()
        try tiny.trainer().run()
        let changed = TinyRun(sharing: tiny) {
            $0.optimisation.batchSize = 5
            $0.optimisation.epochs = 4
            $0.seed = 99
        }
        let error = #expect(throws: RunError.self) { try changed.trainer().resume() }
        let text = "\(error!)"
        #expect(text.contains("optimisation.batchSize: was 4, now 5") && text.contains("seed: was 3, now 99"))
        #expect(!text.contains("epochs"))
    }

    @Test("can be given more epochs, and is then as if it had had them from the start")
    func moreEpochs() throws {
        let whole = TinyRun { $0.optimisation.epochs = 5 }
        try whole.trainer().run()
        let short = TinyRun()
        try short.trainer().run()
        let longer = TinyRun(sharing: short) { $0.optimisation.epochs = 5 }
        let trainer = try longer.trainer()
        try trainer.resume()
        try trainer.run()
        #expect(try longer.stepLog() == whole.stepLog())
    }

    @Test("with a cosine schedule is not given more epochs, since the learning rate would have gone another way")
    func moreEpochsOfACosine() throws {
        let tiny = TinyRun { $0.optimisation.schedule = .cosine }
        try tiny.trainer().run()
        let longer = TinyRun(sharing: tiny) { $0.optimisation.epochs = 5 }
        #expect(throws: RunError.self) { try longer.trainer().resume() }
    }

    @Test("refuses features of another recipe than it was begun with")
    func otherFeatures() throws {
        let tiny = TinyRun()
        try tiny.trainer().run()
        var recipe = TinyRun.recipe
        recipe.clipLength = 1
        let other = TinyRun(sharing: tiny)
        let trainer = try Trainer(
            RunSetup(configuration: other.configuration, recipe: recipe), model: other.model, source: TinySource(),
            evaluation: nil)
        let error = #expect(throws: RunError.self) { try trainer.resume() }
        #expect("\(error!)".contains("clip length: 2.0 s, not 1.0 s"))
    }

    @Test("warms up and follows its schedule")
    func schedule() throws {
        let tiny = TinyRun {
            $0.optimisation.epochs = 2
            $0.optimisation.warmupSteps = 2
            $0.optimisation.schedule = .step
            $0.optimisation.stepEpochs = 1
        }
        try tiny.trainer().run()
        let rates = try tiny.lines(tiny.run.steps).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["learningRate"] as? Double)
        }
        #expect(abs(rates[0] - 0.025) < 1e-12 && abs(rates[1] - 0.05) < 1e-12 && abs(rates[6] - 0.05) < 1e-12)
        #expect(abs(rates[7] - 0.005) < 1e-12)
    }

    @Test("says on lines of their own what a terminal would draw over")
    func plainProgress() throws {
        var written = ""
        let progress = ProgressLine(isTerminal: false) { written += $0 }
        let tiny = TinyRun { $0.optimisation.epochs = 2 }
        tiny.scores = { Double($0) }
        try tiny.trainer(observer: progress).run()
        let lines = written.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("20 queries in 5 batches, 2 epochs"))
        #expect(lines[1].contains("epoch 1/2") && lines[1].contains("figure 1.00") && lines[1].contains("best"))
        #expect(!written.contains("\r") && !written.contains("\u{1B}"))
    }

    @Test("draws a bar with losses, speed and time left on a terminal")
    func bar() throws {
        var written = ""
        let progress = ProgressLine(isTerminal: true) { written += $0 }
        let tiny = TinyRun()
        try tiny.trainer(observer: progress).run()
        #expect(written.contains("\repoch 1/3 ━━━━"))
        #expect(written.contains("samples/s") && written.contains(" left") && written.contains("loss"))
    }
}
