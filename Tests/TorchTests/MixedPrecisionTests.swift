import TestSupport
import Testing
import Torch

@Suite("Mixed precision")
struct MixedPrecisionTests {
    @Test("multiplies matrices in bfloat16 inside its scope, and nowhere else")
    func scope() {
        let x = Tensor.uniform([4, 4], seed: 1, stream: 1)
        let product = { x.matmul(x).dtype }
        #expect(product() == .float32)
        withMixedPrecision {
            #expect(product() == .bfloat16)
            withoutGradient { #expect(product() == .bfloat16) }
            withMixedPrecision { #expect(product() == .bfloat16) }
            #expect(product() == .bfloat16)
        }
        #expect(product() == .float32)
    }

    @Test("ends with its scope also when that throws")
    func throwing() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withMixedPrecision { throw Stop() } }
        #expect(Tensor.ones([2, 2]).matmul(.ones([2, 2])).dtype == .float32)
    }

    @Test("goes through every layer, and gradients arrive in the parameters' own type")
    func layers() {
        let store = ParameterStore(seed: 1)
        let attention = MultiheadAttention(store.root / 0, width: 8, heads: 2, dropout: 0.1)
        let (norm, mix) = (LayerNorm(store.root / 1, 8), Convolution(store.root / 2, 8, 8, kernel: [3], padding: [1]))
        let (batch, out) = (BatchNorm(store.root / 3, 8), Linear(store.root / 4, 8, 2))
        let (drop, path) = (Dropout(store.root, 0.1), DropPath(store.root, 0.1))
        let words = Embedding(store.root / 5, 10, 8)
        let mask = Tensor([[true, true, false], [true, true, true]])
        let model = { () -> Tensor in
            let x = words(Tensor([[1, 2, 3], [4, 5, 6]]))
            let y = norm(x + path(drop(attention(query: x, key: x, value: x, mask: mask))))
            let z = batch(mix(y.transposed()).relu())
            let places = Tensor.uniform([2, 1, 5, 2], -1, 1, seed: 1, stream: 1)
            let sampled = z.unsqueezed(2).gridSampled(places, alignCorners: true).squeezed(2)
            return out(sampled.transposed()).to(.float32)
        }
        let exact = withoutGradient { model() }
        for training in [false, true] {
            store.isTraining = training
            store.clearGradients()
            let result = withMixedPrecision { model() }
            result.squared().sum().backward()
            #expect(store.parameters.allSatisfy { $0.tensor.gradient?.dtype == .float32 })
            #expect(store.parameters.allSatisfy { $0.tensor.gradient?.isFinite().all().item() == 1 })
            if !training { #expect(mismatch(result, exact, relative: 0.05, absolute: 0.05) == nil) }
        }
    }

    @Test("halves the scale after a gradient that is not finite, and doubles it after enough good steps")
    func scaler() {
        let scaler = GradientScaler(scale: 16, growthInterval: 2)
        #expect(scaler.scaled(Tensor([2.0])).item() == 32)
        let (good, bad) = (Tensor([16.0, -32]), Tensor([1.0, .infinity]))
        #expect(scaler.unscale([good]) && good.doubles() == [1, -2])
        #expect(!scaler.unscale([good, bad]) && scaler.scale == 8)
        #expect(!scaler.unscale([Tensor([Double.nan])]) && scaler.scale == 4)
        #expect(scaler.unscale([good]) && scaler.scale == 4)
        let state = scaler.state
        #expect(scaler.unscale([good]) && scaler.scale == 8)
        let other = GradientScaler(growthInterval: 2)
        other.state = state
        #expect(other.unscale([good]) && other.scale == 8)
    }
}
