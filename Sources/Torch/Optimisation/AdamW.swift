import CTorch

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), all parameters in one fused call.
public final class AdamW {
    /// Step size; a schedule may change it between steps.
    public var learningRate: Double
    /// Share of each parameter that a step takes away, times the learning rate.
    public let weightDecay: Double
    /// Decay of the mean of gradients and of their squares.
    public let betas: (Double, Double)
    /// Added to the root of the mean square.
    public let eps: Double
    /// What is optimised.
    public let parameters: [ParameterStore.Entry]

    /// What the optimiser remembers of one parameter.
    public struct Moments: Sendable {
        /// Mean of gradients.
        public let first: Tensor
        /// Mean of squared gradients.
        public let second: Tensor
        /// Steps so far, one number.
        public let step: Tensor

        /// Makes moments, such as those of a checkpoint. `first` and `second` have the parameter's shape.
        public init(first: Tensor, second: Tensor, step: Tensor) {
            self.first = first
            self.second = second
            self.step = step
        }

        /// Those of a parameter that was never changed.
        public init(of parameter: Tensor) {
            self.init(
                first: parameter.zerosLike(), second: parameter.zerosLike(), step: Tensor(0, device: parameter.device))
        }
    }

    /// By parameter name; a parameter that never had a gradient has none.
    public private(set) var moments: [String: Moments] = [:]

    /// Makes an optimiser.
    public init(
        _ parameters: [ParameterStore.Entry], learningRate: Double, weightDecay: Double = 0.01,
        betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8
    ) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.betas = betas
        self.eps = eps
    }

    /// Changes every parameter that has a gradient. Those without are left alone, weight decay included.
    public func step() {
        var values: [Tensor] = []
        var gradients: [Tensor] = []
        var states: [Moments] = []
        for entry in parameters {
            guard let gradient = entry.tensor.gradient else { continue }
            values.append(entry.tensor)
            gradients.append(gradient)
            states.append(moments(of: entry))
        }
        run("AdamW.step", []) {
            withHandles(values) { values, count in
                withHandles(gradients) { gradients, _ in
                    withHandles(states.map(\.first)) { first, _ in
                        withHandles(states.map(\.second)) { second, _ in
                            withHandles(states.map(\.step)) { steps, _ in
                                ct_fused_adamw(
                                    values, gradients, first, second, steps, count, learningRate, betas.0, betas.1,
                                    weightDecay, eps)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Takes over a copy of what an earlier run remembered of a parameter; later steps then go on as that run's would.
    ///
    /// The parameter must be one of ``parameters``, and the moments of its shape.
    public func restore(_ name: String, _ saved: Moments) {
        guard let entry = parameters.first(where: { $0.name == name }) else {
            fail("AdamW.restore", [], "there is no parameter named \(name)")
        }
        guard saved.first.shape == entry.tensor.shape, saved.second.shape == entry.tensor.shape else {
            fail("AdamW.restore", [entry.tensor, saved.first, saved.second], "moments of another shape for \(name)")
        }
        let own = Moments(of: entry.tensor)
        own.first.inPlaceCopy(saved.first)
        own.second.inPlaceCopy(saved.second)
        own.step.inPlaceCopy(saved.step.reshaped([]))
        moments[name] = own
    }

    private func moments(of entry: ParameterStore.Entry) -> Moments {
        if let known = moments[entry.name] { return known }
        let fresh = Moments(of: entry.tensor)
        moments[entry.name] = fresh
        return fresh
    }
}

/// The L2 norm over the gradients of all parameters together, as a tensor of one number where they lie.
public func gradientNorm(_ parameters: [ParameterStore.Entry]) -> Tensor {
    let gradients = parameters.compactMap(\.tensor.gradient)
    return make("gradientNorm", gradients) { out in withHandles(gradients) { ct_global_norm($0, $1, out) } }
}

/// Scales gradients down so that their L2 norm over all parameters together is at most `limit`; returns the norm before.
///
/// As PyTorch's `clip_grad_norm_`: the factor is limit / (norm + 1e-6), and only when that shrinks.
///
/// - Parameter norm: The norm, where it is known already.
@discardableResult
public func clipGradientNorm(
    _ parameters: [ParameterStore.Entry], limit: Double, norm: Double? = nil
) -> Double {
    let gradients = parameters.compactMap(\.tensor.gradient)
    let norm = norm ?? gradientNorm(parameters).item()
    let factor = limit / (norm + 1e-6)
    if factor < 1 { run("clipGradientNorm", []) { withHandles(gradients) { ct_scale_in_place($0, $1, factor) } } }
    return norm
}
