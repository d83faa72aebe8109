import Foundation
import TensorFiles
import Torch

extension SlowFast {
    /// A network with random weights, the same for the same seed: for tests, demos and measurements.
    public static func random(_ configuration: SlowFastConfiguration = .init(), seed: UInt64 = 0) -> SlowFast {
        SlowFast(configuration, .random(configuration, seed: seed))
    }

    /// Writes the weights of ``random(_:seed:)`` to a safetensors file, under the names of a published layout and with a
    /// classifier, as published files have one. Throws `TensorFileError`.
    public static func writeRandomWeights(
        _ configuration: SlowFastConfiguration = .init(), seed: UInt64 = 0, layout: SlowFastLayout = .pyTorchVideo,
        to url: URL
    ) throws {
        try SafetensorsFile.write(
            randomArrays(configuration, seed: seed, layout: layout),
            metadata: ["model": "slowfast", "weights": "random, seed \(seed)"], to: url)
    }

    /// The arrays of such a file.
    static func randomArrays(
        _ configuration: SlowFastConfiguration, seed: UInt64, layout: SlowFastLayout
    ) -> OrderedTensors {
        var arrays = SlowFastWeights.random(configuration, seed: seed).arrays(layout)
        let shape = [configuration.classes, configuration.featureSize]
        arrays[layout.classifier[0]] = StoredTensor(.normal(shape, deviation: 0.01, seed: seed, stream: 0))
        arrays[layout.classifier[1]] = StoredTensor(.zeros([configuration.classes]))
        return arrays
    }
}
