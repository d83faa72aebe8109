import Batches
import Grounding
import TestSupport
import Testing
import Torch

@Suite struct `Rows divided among processes` {
    /// A loss, what random numbers it took, and the gradient of each parameter; nil where it has none.
    private struct Step: Sendable {
        let loss: Double
        let random: RandomSource.State
        let slopes: [Tensor?]
    }

    private static func step(
        _ make: @Sendable (DType) throws -> any GroundingModel, _ dtype: DType, rows: Int, _ group: ProcessGroup?
    ) throws -> Step {
        let model = try make(dtype)
        model.store.isTraining = true
        model.store.group = group
        let buckets = group.map { GradientBuckets($0, model.store.parameters, bytes: 2000) }
        // The longest video and sentence are the last row's, so that most shares would be shorter by themselves.
        let clips = [5, 9, 7, 6, 11].suffix(rows), words = [3, 2, 4, 1, 6].suffix(rows)
        let batch = CDNetFixture.batch(clips: Array(clips), words: Array(words), dtype: dtype)
            .to(model.store.device)
        let loss = model.loss(batch).total
        (loss / Double(group?.size ?? 1)).backward()
        try buckets?.finish()
        try group?.check()
        return Step(
            loss: loss.item(), random: model.store.random.state,
            slopes: model.store.parameters.map { $0.tensor.gradient?.cloned() })
    }

    @Test(arguments: SmallModel.all, [2, 3])
    func `give the loss and the gradients of one process`(subject: SmallModel, processes: Int) throws {
        try Self.compare(subject, .cpu, processes)
    }

    @Test(.enabled(if: !Device.gpus.isEmpty), arguments: SmallModel.all)
    func `do so on a GPU that they share, through main memory`(subject: SmallModel) throws {
        try Self.compare(subject, .cuda(0), 2)
    }

    private static func compare(_ subject: SmallModel, _ device: Device, _ processes: Int) throws {
        let (name, make) = (subject.name, { @Sendable in try subject.make($0, device) })
        for (dtype, tolerance) in [(DType.float64, 1e-9), (.float32, 2e-4)] {
            // Five rows divide by neither count, and two leave the third process without any.
            for rows in [5, 2] {
                let alone = try step(make, dtype, rows: rows, nil)
                for step in try withRanks(processes, { try step(make, dtype, rows: rows, $0) }) {
                    #expect(abs(step.loss - alone.loss) <= tolerance * max(1, abs(alone.loss)), "\(name) \(dtype)")
                    #expect(step.random == alone.random, "\(name)")
                    for (slope, wanted) in zip(step.slopes, alone.slopes) {
                        #expect((slope == nil) == (wanted == nil), "\(name)")
                        guard let slope, let wanted else { continue }
                        let scale = max(1, wanted.abs().max().item())
                        #expect(
                            slope.isClose(to: wanted, relative: tolerance, absolute: tolerance * scale),
                            "\(name) \(dtype) \(rows) rows: \(slope) is not \(wanted)")
                    }
                }
            }
        }
    }
}
