import TensorFiles
import Torch

/// The parameters of a SlowFast network under the names of one layout.
///
/// A published file is loaded under its own names, so that an error names what stands in the file.
struct SlowFastWeights {
    let store: ParameterStore
    let layout: SlowFastLayout
    let architecture: SlowFastArchitecture

    /// Parameters of zeros, to be loaded.
    init(_ configuration: SlowFastConfiguration, layout: SlowFastLayout) {
        self.init(configuration, layout: layout, seed: 0, isRandom: false, device: .cpu)
    }

    /// Random parameters, the same for the same seed. They keep the activations' size over the depth of the network.
    static func random(
        _ configuration: SlowFastConfiguration, seed: UInt64, layout: SlowFastLayout = .pySlowFast,
        device: Device = .cpu
    ) -> SlowFastWeights {
        SlowFastWeights(configuration, layout: layout, seed: seed, isRandom: true, device: device)
    }

    private init(
        _ configuration: SlowFastConfiguration, layout: SlowFastLayout, seed: UInt64, isRandom: Bool, device: Device
    ) {
        let store = ParameterStore(seed: seed, device: device)
        let architecture = SlowFastArchitecture(configuration)
        for place in architecture.all {
            let fanIn = Double(place.shape[1...].reduce(1, *))
            let weights = isRandom ? Initializer.normal(deviation: (2 / fanIn).squareRoot()) : .zeros
            _ = store.root.parameter(place.weight[layout], place.shape, weights)
            let names = layout.normSuffixes.map { place.norm[layout] + $0 }
            // A residual branch adds to what it is given: ten of them at full strength would make it a thousand times as great.
            let isAdded = place.weight.pySlowFast.hasSuffix(".c.weight")
            _ = store.root.parameter(names[0], [place.channels], .constant(isAdded ? 0.3 : 1))
            _ = store.root.parameter(names[1], [place.channels], isRandom ? .normal(deviation: 0.1) : .zeros)
            _ = store.root.buffer(names[2], .zeros([place.channels]))
            _ = store.root.buffer(names[3], .ones([place.channels]))
        }
        self.store = store
        self.layout = layout
        self.architecture = architecture
    }

    /// Weight (out×in×kernel) and bias (out) of the convolution that does what a convolution and its normalisation do.
    func folded(_ place: ConvolutionPlace) -> (weight: Tensor, bias: Tensor) {
        func tensor(_ name: String) -> Tensor { store[name]!.detached().to(.float64) }
        let norm = layout.normSuffixes.map { tensor(place.norm[layout] + $0) }
        let scale = norm[0] / (norm[3] + 1e-5).sqrt()
        let weight = tensor(place.weight[layout]) * scale.reshaped(-1, 1, 1, 1, 1)
        return (weight.to(.float32), (norm[1] - norm[2] * scale).to(.float32))
    }

    /// All parameters under the names of a layout.
    func arrays(_ layout: SlowFastLayout) -> OrderedTensors {
        var arrays = OrderedTensors()
        for place in architecture.all {
            let names = zip(self.layout.normSuffixes, layout.normSuffixes).map {
                (place.norm[self.layout] + $0, place.norm[layout] + $1)
            }
            for (own, other) in [(place.weight[self.layout], place.weight[layout])] + names {
                arrays[other] = StoredTensor(store[own]!)
            }
        }
        return arrays
    }
}
