import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

private struct Block {
    let attention: MultiheadAttention
    let linear: Linear
    let norm: BatchNorm

    init(_ scope: Scope) {
        attention = MultiheadAttention(scope / "self_attn", width: 4, heads: 2)
        linear = Linear(scope / "linear1", 4, 3, bias: false)
        norm = BatchNorm(scope / "norm" / 0, 3)
    }
}

@Suite("A parameter store")
struct ParameterStoreTests {
    @Test("gives parameters and buffers PyTorch's names, in the order in which they were made")
    func names() {
        let store = ParameterStore()
        _ = Block(store.root / "layers" / 0)
        #expect(
            store.parameters.map(\.name) == [
                "layers.0.self_attn.in_proj_weight", "layers.0.self_attn.in_proj_bias",
                "layers.0.self_attn.out_proj.weight", "layers.0.self_attn.out_proj.bias", "layers.0.linear1.weight",
                "layers.0.norm.0.weight", "layers.0.norm.0.bias",
            ])
        #expect(store.buffers.map(\.name) == ["layers.0.norm.0.running_mean", "layers.0.norm.0.running_var"])
        let attention = 48 + 12 + 16 + 4
        #expect(store.parameterCount == attention + 12 + 3 + 3)
        #expect(store.state.count == 9 && store["layers.0.linear1.weight"]?.shape == [3, 4])
        #expect(store.parameters.allSatisfy { $0.tensor.requiresGradient })
        #expect(store.buffers.allSatisfy { !$0.tensor.requiresGradient })
    }

    @Test("that a file will fill has its parameters' shapes without their memory where the file has others")
    func inVain() {
        ParameterStore.forFile(with: ["known.weight": [300, 300], "known.bias": [300]]) {
            let store = ParameterStore()
            _ = Linear(store.root / "known", 300, 300)
            _ = Linear(store.root / "other", 1 << 15, 1 << 15)
            #expect(store["other.weight"]?.shape == [1 << 15, 1 << 15])
            #expect(store["known.weight"]?.floats().contains { $0 != 0 } == true)
        }
    }

    @Test("stops the program at a name that is already taken")
    func duplicates() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let store = ParameterStore()
            _ = Linear(store.root / "a", 2, 2)
            _ = Linear(store.root / "a", 2, 2)
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("two parameters have the name a.weight"))
    }

    @Test("starts from values that depend on the seed and the name, not on the order")
    func seeds() {
        let (one, two) = (ParameterStore(seed: 7), ParameterStore(seed: 7))
        let (a1, b1) = (Linear(one.root / "a", 3, 3), Linear(one.root / "b", 3, 3))
        let (b2, a2) = (Linear(two.root / "b", 3, 3), Linear(two.root / "a", 3, 3))
        #expect(a1.weight.floats() == a2.weight.floats() && b1.weight.floats() == b2.weight.floats())
        #expect(a1.weight.floats() != b1.weight.floats())
        #expect(Linear(ParameterStore(seed: 8).root / "a", 3, 3).weight.floats() != a1.weight.floats())
    }

    @Test("draws first values from the ranges that PyTorch uses")
    func initializers() {
        let store = ParameterStore(seed: 1)
        let linear = Linear(store.root / 0, 100, 400)
        #expect(linear.weight.abs().max().item() <= 0.1 && linear.weight.abs().max().item() > 0.099)
        #expect(linear.bias!.abs().max().item() <= 0.1 && linear.bias!.abs().max().item() > 0.09)
        let attention = MultiheadAttention(store.root / 1, width: 100, heads: 4)
        let bound = (6.0 / 400).squareRoot()
        let largest = attention.inProjectionWeight.abs().max().item()
        #expect(largest <= bound && largest > 0.99 * bound)
        #expect(attention.inProjectionBias.abs().max().item() == 0)
        let convolution = Convolution(store.root / 2, 8, 64, kernel: [5], groups: 2)
        #expect(convolution.weight.shape == [64, 4, 5])
        #expect(convolution.weight.abs().max().item() <= (1.0 / 20).squareRoot())
        #expect(abs(Embedding(store.root / 3, 1000, 30).weight.standardDeviation().item() - 1) < 0.02)
    }

    @Test("keeps everything in the type it was asked for")
    func types() {
        let store = ParameterStore(dtype: .float64)
        let block = Block(store.root)
        #expect(store.state.values.allSatisfy { $0.dtype == .float64 })
        #expect(store.root.buffer("count", Tensor([1])).dtype == .int64)
        #expect(block.norm(.ones([2, 3, 2], dtype: .float64)).dtype == .float64)
    }
}

@Suite("Loading a parameter store")
struct StateTests {
    let store = ParameterStore(seed: 1)
    init() { _ = Block(store.root / "layers" / 0) }

    private func other() -> ParameterStore {
        let other = ParameterStore(seed: 2)
        _ = Block(other.root / "layers" / 0)
        return other
    }

    @Test("brings back what was saved, in place")
    func roundTrip() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("model.safetensors")
        try store.save(to: file, metadata: ["kind": "test"])
        #expect(try SafetensorsFile(contentsOf: file).metadata == ["kind": "test"])

        let other = other()
        let weight = try #require(other["layers.0.linear1.weight"])
        #expect(other.arrays != store.arrays)
        #expect(try other.load(contentsOf: file) == nil)
        #expect(other.arrays == store.arrays)
        #expect(weight.floats() == store["layers.0.linear1.weight"]?.floats() && weight.requiresGradient)
    }

    @Test("converts element types, and leaves out what PyTorch adds")
    func conversions() throws {
        var arrays = OrderedTensors()
        for (name, array) in store.arrays { arrays["module." + name] = StoredTensor(Tensor(array).to(.float64)) }
        arrays["module.layers.0.norm.0.num_batches_tracked"] = StoredTensor([5], shape: [])
        let other = other()
        try other.load(arrays)
        #expect(other.arrays == store.arrays)
    }

    @Test("lists everything that is wrong in one error, and then changes nothing")
    func mismatch() throws {
        var arrays = store.arrays
        arrays["layers.0.linear1.weight"] = StoredTensor([Float](repeating: 0, count: 6), shape: [3, 2])
        arrays["layers.0.self_attn.in_proj_bias"] = nil
        arrays["layers.0.norm.0.bias"] = nil
        arrays["extra.weight"] = StoredTensor([Float(1)])
        let other = other()
        let before = other.arrays
        let error = try #require(throws: StateMismatch.self) { try other.load(arrays, from: "model.safetensors") }
        #expect(error.missing == ["layers.0.self_attn.in_proj_bias", "layers.0.norm.0.bias"])
        #expect(error.unexpected == ["extra.weight"])
        #expect(error.misshapen.map(\.name) == ["layers.0.linear1.weight"])
        for part in [
            "model.safetensors does not fit the model", "layers.0.self_attn.in_proj_bias, layers.0.norm.0.bias",
            "extra.weight", "layers.0.linear1.weight (float32 3×2, expected float32 3×4)",
        ] {
            #expect(error.description.contains(part))
        }
        #expect(other.arrays == before)
    }

    @Test("takes what fits when it is not strict, but never a wrong shape")
    func lenient() throws {
        var arrays: OrderedTensors = ["extra": StoredTensor([Float(1)])]
        arrays["layers.0.linear1.weight"] = store.arrays["layers.0.linear1.weight"]
        let other = other()
        let report = try #require(try other.load(arrays, strict: false))
        #expect(report.missing.count == 8 && report.unexpected == ["extra"])
        #expect(other["layers.0.linear1.weight"]?.floats() == store["layers.0.linear1.weight"]?.floats())
        arrays["layers.0.linear1.weight"] = StoredTensor([Float(1)])
        #expect(throws: StateMismatch.self) { try other.load(arrays, strict: false) }
    }

    @Test("refuses fractions for whole numbers, and one name given twice")
    func ambiguity() throws {
        let store = ParameterStore()
        _ = store.root.buffer("count", Tensor([1]))
        let fractions = try #require(throws: StateMismatch.self) { try store.load(["count": StoredTensor([1.5])]) }
        #expect(fractions.misshapen.count == 1)
        let twice = try #require(throws: StateMismatch.self) {
            try store.load(["count": StoredTensor([1]), "module.count": StoredTensor([2])])
        }
        #expect(twice.unexpected == ["module.count"])
    }
}
