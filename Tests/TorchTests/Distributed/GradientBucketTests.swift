import TestSupport
import Testing
import Torch

@Suite struct `Gradients in buckets` {
    /// Layers with more numbers than fit into a bucket, and one that no loss reaches.
    private static func layers(_ store: ParameterStore) -> [Linear] {
        let layers = (0..<4).map { Linear(store.root / $0, 16, 16) }
        _ = Linear(store.root / "unused", 16, 16)
        return layers
    }

    private static func loss(_ layers: [Linear], _ x: Tensor) -> Tensor {
        layers.reduce(x) { $1($0).tanh() }.squared().sum()
    }

    @Test(arguments: [1, 1500, 1 << 20])
    func `are the sum over the processes, step after step`(bytes: Int) throws {
        let inputs = Tensor.normal([6, 16], seed: 2, stream: 0, dtype: .float64)
        let whole = ParameterStore(seed: 1, dtype: .float64)
        Self.loss(Self.layers(whole), inputs).backward()
        let expected = whole.parameters.map { $0.tensor.gradient }
        let found = try withRanks(3) { group in
            let store = ParameterStore(seed: 1, dtype: .float64)
            let layers = Self.layers(store)
            let buckets = GradientBuckets(group, store.parameters, bytes: bytes)
            var gradients: [Tensor?] = []
            for _ in 0..<3 {
                store.clearGradients()
                Self.loss(layers, inputs.slice(0, 2 * group.rank, 2 * group.rank + 2)).backward()
                try buckets.finish()
                gradients = store.parameters.map { $0.tensor.gradient?.cloned() }
            }
            return gradients
        }
        for gradients in found {
            for (gradient, wanted) in zip(gradients, expected) {
                // What no loss reaches has no gradient after the exchange either.
                guard let gradient, let wanted else {
                    #expect(gradient == nil && wanted == nil)
                    continue
                }
                #expect(gradient.isClose(to: wanted, relative: 1e-12, absolute: 1e-12))
            }
        }
        #expect(expected.contains { $0 == nil })
    }
}
