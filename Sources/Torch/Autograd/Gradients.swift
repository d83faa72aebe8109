import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded for gradients.
    public var requiresGradient: Bool {
        var result = false
        run("requiresGradient", [self]) { ct_requires_gradient(raw, &result) }
        return result
    }

    /// The tensor itself, from now on recorded for gradients. It must not be the result of a recorded operation.
    public func requiringGradient(_ required: Bool = true) -> Tensor {
        run("requiringGradient", [self]) { ct_set_requires_gradient(raw, required) }
        return self
    }

    /// The same elements, cut off from the operations that made them.
    public func detached() -> Tensor { make("detached", [self]) { ct_detach(raw, $0) } }

    /// The gradient that backward passes have added up here; nil where none has arrived.
    public var gradient: Tensor? {
        get {
            var gradient: CTTensor?
            run("gradient", [self]) { ct_gradient(raw, &gradient) }
            return gradient.map(Tensor.init(owning:))
        }
        nonmutating set {
            run("gradient", [self]) { ct_set_gradient(raw, newValue?.raw) }
        }
    }

    /// Adds this tensor's gradients to those of the leaves that it was computed from.
    ///
    /// - Parameters:
    ///   - gradient: The gradient of this tensor; needed unless it is one number.
    ///   - keepingGraph: Whether what was recorded is kept, so that another backward pass can go the same way.
    public func backward(gradient: Tensor? = nil, keepingGraph: Bool = false) {
        run("backward", [self]) { ct_backward(raw, gradient?.raw, keepingGraph) }
    }

    /// Gradients of this number with respect to inputs, without adding them up anywhere; nil for those it does not depend on.
    public func gradients(of inputs: [Tensor], recorded: Bool = false) -> [Tensor?] {
        var results = [CTTensor?](repeating: nil, count: inputs.count)
        run("gradients", [self] + inputs) {
            withHandles(inputs) { ct_gradients_of(raw, $0, $1, recorded, &results) }
        }
        return results.map { $0.map(Tensor.init(owning:)) }
    }
}

/// Runs `body` without recording operations for gradients.
///
/// The mode belongs to the thread, so `body` is synchronous.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGradientMode(false, body)
}

/// Runs `body` with operations recorded for gradients, also inside `withoutGradient`.
public func withGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGradientMode(true, body)
}

private func withGradientMode<Result>(_ enabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    var before = true
    run("gradientMode", []) { ct_gradient_enabled(&before) }
    run("gradientMode", []) { ct_set_gradient_enabled(enabled) }
    defer { run("gradientMode", []) { ct_set_gradient_enabled(before) } }
    return try body()
}
