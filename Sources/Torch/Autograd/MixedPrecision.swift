import CTorch

/// Runs `body` with automatic mixed precision: matrix products and convolutions in `dtype`, the rest in `float32`.
///
/// The mode belongs to the thread, so `body` is synchronous. Run the backward pass outside.
///
/// - Parameters:
///   - dtype: `bfloat16`, or `float16` on a GPU.
///   - device: Where the operations run.
///   - body: Runs once, on the calling thread.
public func withMixedPrecision<Result>(
    _ dtype: DType = .bfloat16, on device: Device = .cpu, _ body: () throws -> Result
) rethrows -> Result {
    let cuda = device != .cpu
    var enabled = false
    var before = CTBFloat16
    run("mixedPrecision", []) { ct_autocast(cuda, &enabled, &before) }
    run("mixedPrecision", []) { ct_set_autocast(cuda, true, dtype.c) }
    defer { run("mixedPrecision", []) { ct_set_autocast(cuda, enabled, before) } }
    return try body()
}

/// Keeps small `float16` gradients from vanishing: the loss is multiplied by a scale, the gradients divided by it.
///
/// The scale doubles after `growthInterval` good steps and halves after one with a gradient that is not finite.
public final class GradientScaler {
    /// All that changes in a scaler.
    public struct State: Codable, Hashable, Sendable {
        /// What the loss is multiplied by.
        public var scale: Double
        /// Steps since the scale last changed.
        public var goodSteps: Int

        /// Makes a state.
        public init(scale: Double, goodSteps: Int = 0) {
            self.scale = scale
            self.goodSteps = goodSteps
        }
    }

    /// What a checkpoint holds; set it to go on from one.
    public var state: State
    /// What the loss is multiplied by.
    public var scale: Double { state.scale }
    private let growthInterval: Int

    /// Makes a scaler.
    public init(scale: Double = 65536, growthInterval: Int = 2000) {
        state = State(scale: scale)
        self.growthInterval = growthInterval
    }

    /// The loss to call `backward()` on.
    public func scaled(_ loss: Tensor) -> Tensor { loss * scale }

    /// Divides the gradients by the scale and adapts it. Returns false when the step is to be left out.
    public func unscale(_ gradients: [Tensor]) -> Bool {
        var finite = false
        run("unscale", gradients) {
            withHandles(gradients) { ct_unscale_in_place($0, $1, scale, &finite) }
        }
        if !finite {
            state = State(scale: scale / 2)
        } else if state.goodSteps + 1 == growthInterval {
            state = State(scale: scale * 2)
        } else {
            state.goodSteps += 1
        }
        return finite
    }
}
