import Foundation
import TensorFiles
import Torch

/// Where the training of one encoder stands: parameters, the optimiser's memory, and the epochs so far.
struct EncoderState {
    /// What one epoch came to.
    struct Epoch: Codable, Equatable {
        var encoder: String
        var epoch: Int
        var steps: Int
        var loss: Double
        var figures: [String: Double]
        var seconds: Double
    }

    /// What stands in the file's metadata.
    struct Progress: Codable {
        var step = 0
        var epochs: [Epoch] = []
        /// Sum of the losses of the epoch that is under way.
        var lossSum = 0.0
        /// Seconds of the epoch that is under way.
        var seconds = 0.0
        /// The configuration that decides the steps, as JSON.
        var configuration: String
    }

    let file: URL

    private static let key = "encoder_training"
    private static let memory = "optimiser."

    var exists: Bool { FileManager.default.fileExists(atPath: file.path) }

    func save(_ progress: Progress, _ store: ParameterStore, _ optimiser: AdamW) throws {
        var arrays = store.arrays
        for (name, moments) in optimiser.moments.sorted(by: { $0.key < $1.key }) {
            arrays["\(Self.memory)\(name).first"] = StoredTensor(moments.first)
            arrays["\(Self.memory)\(name).second"] = StoredTensor(moments.second)
            arrays["\(Self.memory)\(name).step"] = StoredTensor(moments.step)
        }
        let text = String(decoding: try JSONEncoder().encode(progress), as: UTF8.self)
        try SafetensorsFile.write(arrays, metadata: [Self.key: text], to: file)
    }

    /// Fills the store and the optimiser.
    func load(_ store: ParameterStore, _ optimiser: AdamW) throws -> Progress {
        let saved = try SafetensorsFile(contentsOf: file)
        guard let text = saved.metadata[Self.key],
            let progress = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8))
        else { throw EncoderTrainingError.damaged(file: file.path, reason: "it is no state of an encoder's training") }
        var parameters = OrderedTensors()
        let all = saved.all
        for (name, array) in all where !name.hasPrefix(Self.memory) { parameters[name] = array }
        try store.load(parameters, from: file.path)
        for entry in optimiser.parameters {
            let name = Self.memory + entry.name
            guard let first = all[name + ".first"], let second = all[name + ".second"], let step = all[name + ".step"]
            else { continue }
            guard first.shape == entry.tensor.shape, second.shape == entry.tensor.shape else {
                throw EncoderTrainingError.damaged(file: file.path, reason: "\(name) has another shape")
            }
            optimiser.restore(
                entry.name, AdamW.Moments(first: Tensor(first), second: Tensor(second), step: Tensor(step)))
        }
        return progress
    }
}
