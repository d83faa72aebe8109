import Testing
import Torch

/// attention.cpp, rectified_linear.cpp and normalized_linear.cpp, through the layers that use them; `float64` goes the other way.
let fusedExercises: [String: Exercise] = [
    "ct_has_fused_attention": { #expect(attended(.float64).isClose(to: attended(.float32).to(.float64))) },
    "ct_fused_attention": {
        // Without weights every key counts the same, and values are what the identity leaves of them.
        #expect(attended(.float32).doubles() == [2, 2])
    },
    "ct_has_rectified_linear": { #expect(rectified(.float64).isClose(to: rectified(.float32).to(.float64))) },
    "ct_rectified_linear": { #expect(rectified(.float32)[0, ..<2].doubles() == [3, 0]) },
    "ct_has_normalized_linear": { #expect(normalized(.float64).isClose(to: normalized(.float32).to(.float64))) },
    "ct_normalized_linear": {
        #expect(normalized(.float32)[0, ..<2].isClose(to: Tensor([Float(1), -1])))
    },
]

/// A layer with queries and keys of zeros and the identity elsewhere, on the values 1 and 3.
private func attended(_ dtype: DType) -> Tensor {
    let store = ParameterStore(dtype: dtype)
    let layer = MultiheadAttention(store.root, width: 1, heads: 1)
    withoutGradient {
        layer.inProjectionWeight.inPlaceCopy(Tensor([0, 0, 1.0], shape: [3, 1]).to(dtype))
        layer.outProjection.weight.inPlaceCopy(Tensor([1.0], shape: [1, 1]).to(dtype))
    }
    let x = Tensor([1.0, 3], shape: [1, 2, 1]).to(dtype)
    return withoutGradient { layer(query: x, key: x, value: x) }
}

/// 64 outputs of the input 3: the first by the weight 1, the others by −1.
private func rectified(_ dtype: DType) -> Tensor {
    let store = ParameterStore(dtype: dtype)
    let layer = Linear(store.root, 1, 64)
    withoutGradient {
        layer.weight.inPlaceCopy(Tensor([1.0] + [Double](repeating: -1, count: 63), shape: [64, 1]).to(dtype))
        layer.bias!.inPlaceCopy(.zeros([64], dtype: dtype))
    }
    let x = Tensor([3.0], shape: [1, 1]).to(dtype)
    return withoutGradient { layer.rectified(x, dropout: Dropout(store.root, 0)) }
}

/// 16 outputs of the inputs 2 and 4, which are −1 and 1 to the norm: the first is the second of them, the others the first.
private func normalized(_ dtype: DType) -> Tensor {
    let store = ParameterStore(dtype: dtype)
    let (norm, layer) = (LayerNorm(store.root / "norm", 2, eps: 0), Linear(store.root / "linear", 2, 16))
    withoutGradient {
        let rows = [[0, 1.0]] + [[Double]](repeating: [1, 0], count: 15)
        layer.weight.inPlaceCopy(Tensor(rows).to(dtype))
        layer.bias!.inPlaceCopy(.zeros([16], dtype: dtype))
    }
    let x = Tensor([2.0, 4], shape: [1, 2]).to(dtype)
    return withoutGradient { layer.normalized(x, norm, Dropout(store.root, 0), rectified: false) }
}
