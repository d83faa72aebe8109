import TensorFiles
import TestSupport
import Testing
import Torch

/// Linear, ReLU, layer norm, linear, and a parameter that nothing depends on; under the names of PyTorch's `Sequential`.
private struct Network {
    let first: Linear
    let norm: LayerNorm
    let last: Linear

    init(_ scope: Scope, _ dims: [Int], unused: [Int]) {
        first = Linear(scope / 0, dims[0], dims[1])
        norm = LayerNorm(scope / 2, dims[1])
        last = Linear(scope / 3, dims[1], dims[2])
        _ = scope.parameter("unused", unused, .zeros)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { last(norm(first(x).relu())) }
}

private struct Config: Decodable {
    struct Step: Decodable {
        let learningRate: Double
        let step: Int

        enum CodingKeys: String, CodingKey {
            case learningRate = "lr_used"
            case step
        }
    }

    let betas: [Double]
    let dims: [Int]
    let eps, gamma, clipping, learningRate, weightDecay: Double
    let interval: Int
    let log: [Step]

    enum CodingKeys: String, CodingKey {
        case betas, dims, eps, gamma, log
        case clipping = "grad_clip"
        case learningRate = "lr"
        case weightDecay = "weight_decay"
        case interval = "lr_drop"
    }
}

@Suite("AdamW, clipping and the step schedule, against PyTorch (Golden)")
struct AdamWGoldenTests {
    @Test("agree at every step", arguments: GoldenCase.all("adamw_steps"))
    func steps(_ golden: GoldenCase) throws {
        let config = try golden.config(Config.self)
        let store = ParameterStore(seed: 1)
        let weights = try golden.weights()
        let network = Network(store.root, config.dims, unused: try #require(weights["unused"]).shape)
        try store.load(weights)
        let optimizer = AdamW(
            store.parameters, learningRate: config.learningRate, weightDecay: config.weightDecay,
            betas: (config.betas[0], config.betas[1]), eps: config.eps)
        let schedule = Schedule(.step(interval: config.interval, factor: config.gamma))

        for logged in config.log {
            let prefix = "step\(logged.step)."
            optimizer.learningRate = config.learningRate * schedule.factor(at: logged.step)
            #expect(abs(optimizer.learningRate - logged.learningRate) <= 1e-12)
            store.clearGradients()
            let loss = (network(try golden.tensor(prefix + "x")) - (try golden.tensor(prefix + "y"))).squared().mean()
            loss.backward()
            #expect(mismatch(loss, try golden.tensor(prefix + "loss")) == nil)
            let norm = clipGradientNorm(store.parameters, limit: config.clipping)
            let expectedNorm = try golden.tensor(prefix + "grad_norm_before_clip")
            #expect(mismatch(Tensor(norm), expectedNorm, relative: 1e-3) == nil)
            for entry in store.parameters {
                guard let gradient = entry.tensor.gradient else {
                    #expect(entry.name == "unused")
                    continue
                }
                let expected = try golden.tensor(prefix + "clipped_grad." + entry.name)
                #expect(mismatch(gradient, expected, relative: 1e-3) == nil, "\(entry.name)")
            }
            optimizer.step()
            for entry in store.parameters {
                let expected = try golden.tensor(prefix + "param." + entry.name)
                // A tenth of a step's size: a parameter that was not changed at all would be found.
                #expect(
                    mismatch(entry.tensor, expected, relative: 1e-5, absolute: logged.learningRate * 0.1) == nil,
                    "\(entry.name)")
            }
        }

        #expect(optimizer.moments["unused"] == nil)
        for (name, moments) in optimizer.moments {
            let first = try golden.tensor("final.exp_avg." + name)
            let second = try golden.tensor("final.exp_avg_sq." + name)
            #expect(mismatch(moments.first, first, relative: 1e-3) == nil, "\(name)")
            #expect(mismatch(moments.second, second, relative: 1e-3, absolute: 1e-9) == nil, "\(name)")
            #expect(moments.step.item() == Double(config.log.count))
        }
    }
}
