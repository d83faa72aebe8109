import TensorFiles
import Torch

/// What an encoder learns: batches that follow from the step alone, a loss, and figures.
protocol Lessons {
    associatedtype Batch: Sendable

    /// `clip` or `slowfast`.
    var name: String { get }
    /// All that is learned.
    var store: ParameterStore { get }
    /// Makes a step's batch, on any thread.
    var batches: @Sendable (_ step: Int) -> Batch { get }
    /// One number that falls as the encoder learns.
    func loss(_ batch: Batch, random: RandomSource) -> Tensor
    /// Figures on scenes of the validation split.
    func figures() -> [(name: String, value: Double)]
    /// Changes parameters after a step that must stay within limits.
    func limit()
    /// Writes the encoder in its published form.
    func write() throws
}

extension Lessons {
    func limit() {}
}

extension OrderedTensors {
    /// The arrays in half precision.
    var halved: OrderedTensors {
        var result = OrderedTensors()
        for (name, array) in self { result[name] = StoredTensor(Tensor(array).to(.float16)) }
        return result
    }
}
