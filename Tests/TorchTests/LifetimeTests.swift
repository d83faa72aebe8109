import Foundation
import Testing
import Torch

/// A small model with everything that keeps things: attention, dropout, normalisation, an embedding.
private struct Model {
    let words: Embedding
    let attention: MultiheadAttention
    let norm: LayerNorm
    let mix: Convolution
    let drop: Dropout
    let path: DropPath
    let out: Linear

    init(_ scope: Scope) {
        words = Embedding(scope / "words", 10, 8)
        attention = MultiheadAttention(scope / "attention", width: 8, heads: 2, dropout: 0.1)
        norm = LayerNorm(scope / "norm", 8)
        mix = Convolution(scope / "mix", 8, 8, kernel: [3], padding: [1])
        drop = Dropout(scope, 0.1)
        path = DropPath(scope, 0.1)
        out = Linear(scope / "out", 8, 1)
    }

    func callAsFunction(_ tokens: Tensor, _ mask: Tensor) -> Tensor {
        let x = words(tokens)
        let y = norm(x + path(drop(attention(query: x, key: x, value: x, mask: mask))))
        return out(mix(y.transposed()).transposed().gelu())
    }
}

private func memory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
}

/// Trains, and returns the counters after some steps and at the end: tensors and KiB.
private func train(steps: Int, reference: Int) -> (before: (Int, Int), after: (Int, Int)) {
    Libtorch.setThreadCount(1)
    let store = ParameterStore(seed: 1)
    let model = Model(store.root)
    let optimizer = AdamW(store.parameters, learningRate: 1e-3)
    let source = RandomSource(seed: 2)
    let mask = Tensor([true, true, true, false, false]).unsqueezed(0).expanded(4, 5)
    store.isTraining = true
    var before = (0, 0)
    for step in 0..<steps {
        if step == reference { before = (Libtorch.liveTensors, memory()) }
        store.clearGradients()
        let tokens = source.uniform([4, 5], 0, 10).to(.int64)
        let loss = withMixedPrecision { model(tokens, mask).to(.float32).squared().mean() }
        loss.backward()
        clipGradientNorm(store.parameters, limit: 1)
        optimizer.step()
        precondition(loss.item().isFinite)
    }
    return (before, (Libtorch.liveTensors, memory()))
}

@Suite("Tensors are given back")
struct LifetimeTests {
    @Test("so that a thousand training steps leave handles and memory as they were")
    func training() async {
        // In a process of its own: the counters are the process's.
        await #expect(processExitsWith: .success) {
            let (before, after) = train(steps: 1100, reference: 100)
            precondition(before.0 == after.0, "\(before.0) tensors became \(after.0)")
            precondition(before.1 > 0 && after.1 - before.1 < 4096, "\(before.1) KiB became \(after.1)")
        }
    }

    @Test("whichever thread lets go of them last")
    func threads() async {
        await #expect(processExitsWith: .success) {
            let before = Libtorch.liveTensors
            await withTaskGroup(of: Double.self) { group in
                for seed in 0..<32 {
                    let graph = Tensor.uniform([64, 64], seed: UInt64(seed), stream: 0).requiringGradient().squared()
                    group.addTask { graph.sum().item() }
                }
                for await sum in group { precondition(sum > 0) }
            }
            precondition(Libtorch.liveTensors == before, "\(before) tensors became \(Libtorch.liveTensors)")
        }
    }

    @Test("even when a graph is tens of thousands of operations deep")
    func deepGraph() {
        var x = Tensor([1.0]).requiringGradient()
        for _ in 0..<50_000 { x = x + 1 }
        #expect(x.item() == 50_001)
    }

    @Test("and gradient mode and errors stay with their thread")
    func threadLocal() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let x = Tensor([1.0]).requiringGradient()
                    return index.isMultiple(of: 2)
                        ? withoutGradient { !(x * 2).requiresGradient } : (x * 2).requiresGradient
                }
            }
            for await held in group { #expect(held) }
        }
    }
}
