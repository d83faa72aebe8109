import Foundation
import Testing
import Torch

@testable import Training

@Suite("Training in float16")
struct LossScaleTests {
    private func run(_ change: @escaping (inout TrainingConfiguration) -> Void = { _ in }) -> TinyRun {
        TinyRun {
            $0.optimisation.precision = .float16
            $0.optimisation.epochs = 4
            change(&$0)
        }
    }

    private func steps(_ run: TinyRun) throws -> [(scale: Double, skipped: Bool)] {
        try run.lines(run.run.steps).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (try #require(object?["lossScale"] as? Double), try #require(object?["skipped"] as? Bool))
        }
    }

    @Test("goes as in float32 but for rounding, and is repeatable")
    func learns() throws {
        let runs = [0, 1].map { _ in run() }
        let single = TinyRun { $0.optimisation.epochs = 4 }
        for run in runs + [single] { try run.trainer().run() }
        #expect(try runs[0].stepLog() == runs[1].stepLog())
        #expect(try steps(runs[0]).allSatisfy { $0.scale == 65536 && !$0.skipped })
        let (half, whole) = (try losses(runs[0]), try losses(single))
        #expect(half != whole)
        for (left, right) in zip(half, whole) { #expect(abs(left - right) < 0.02) }
    }

    private func losses(_ run: TinyRun) throws -> [Double] {
        try run.lines(run.run.steps).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["loss"] as? Double)
        }
    }

    @Test("leaves out steps that overflow and halves the scale until they fit, then doubles it after enough good ones")
    func overflow() throws {
        let tiny = run {
            $0.optimisation.lossScale = pow(2, 26)
            $0.optimisation.lossScaleGrowth = 3
        }
        try tiny.trainer().run()
        let steps = try steps(tiny)
        #expect(steps.count == 20)
        #expect(steps[0].skipped && steps[0].scale == pow(2, 26))
        #expect(steps.contains { !$0.skipped })
        var good = 0
        for (step, next) in zip(steps, steps.dropFirst()) {
            good = step.skipped ? 0 : good + 1
            let expected = step.skipped ? step.scale / 2 : good == 3 ? step.scale * 2 : step.scale
            if good == 3 { good = 0 }
            #expect(next.scale == expected)
        }
        #expect(try tiny.lines(tiny.run.steps)[0].contains("\"gradientNorm\":null"))
        #expect(tiny.model.store.parameters.allSatisfy { $0.tensor.floats().allSatisfy(\.isFinite) })
    }

    @Test("changes nothing in a step that is left out")
    func leftOut() throws {
        let tiny = run { $0.optimisation.lossScale = pow(2, 100) }
        let before = tiny.model.store.parameters.map { $0.tensor.floats() }
        let trainer = try tiny.trainer(interruptingAfter: 3)
        #expect(throws: RunError.self) { try trainer.run() }
        #expect(tiny.model.store.parameters.map { $0.tensor.floats() } == before)
        #expect(trainer.optimiser.moments.isEmpty)
        #expect(trainer.progress.step == 3 && trainer.scaler?.scale == pow(2, 97))
    }

    @Test(
        "goes on after an interruption with the scale that it had, and the numbers of a whole run", arguments: [2, 9])
    func resumes(stop: Int) throws {
        func change(_ settings: inout TrainingConfiguration) {
            settings.optimisation.lossScale = pow(2, 24)
            settings.optimisation.lossScaleGrowth = 2
        }
        let whole = run(change)
        try whole.trainer().run()
        #expect(try steps(whole).contains { $0.skipped })
        let stopped = run(change)
        #expect(throws: RunError.self) { try stopped.trainer(interruptingAfter: stop).run() }
        let other = TinyRun(sharing: stopped)
        let trainer = try other.trainer()
        try trainer.resume()
        try trainer.run()
        #expect(try other.stepLog() == whole.stepLog())
        for (left, right) in zip(whole.model.store.parameters, other.model.store.parameters) {
            #expect(left.tensor.floats() == right.tensor.floats(), "\(left.name)")
        }
    }

    @Test("stops at a gradient that no scale mends, and names the batch's queries")
    func notANumber() throws {
        let tiny = run { $0.optimisation.lossScale = 4 }
        tiny.model.failingGradient = 5
        let error = #expect(throws: RunError.self) { try tiny.trainer().run() }
        guard case .notFinite(let loss)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Two steps to come down from 4 to 1.
        #expect(loss.what == ["gradient"] && loss.step == 7 && loss.queries.count == 4)
        #expect(try steps(tiny).map(\.skipped) == [false, false, false, false, true, true])
    }

    @Test("stops at once where the loss itself is not finite")
    func loss() throws {
        let tiny = run()
        tiny.model.failingCall = 3
        let error = #expect(throws: RunError.self) { try tiny.trainer().run() }
        guard case .notFinite(let loss)? = error else { return }
        #expect(loss.step == 3 && loss.what.contains("loss"))
    }
}
