import CTorch

/// Random tensors that depend on a seed and on the count of draws so far, and on nothing else.
///
/// The generator is counter-based (Philox4x32-10): every draw is a stream of its own, and threads share the work without
/// changing the numbers. The two integers are its whole state, so a checkpoint can hold it.
public final class RandomSource {
    /// Seed and position of a source.
    public struct State: Codable, Hashable, Sendable {
        /// What the numbers were drawn from.
        public var seed: UInt64
        /// Draws so far.
        public var stream: UInt64

        /// Makes a state.
        public init(seed: UInt64, stream: UInt64 = 0) {
            self.seed = seed
            self.stream = stream
        }
    }

    /// Seed and position; set it to go back to, or on from, a known point.
    public var state: State

    /// The rows of a batch that tensors hold at present, where other processes have the rest; see ``withShare(_:_:)``.
    public private(set) var share: RowShare?

    /// Makes a source at its first draw.
    public init(seed: UInt64) { state = State(seed: seed) }

    /// The stream for the next draw.
    func nextStream() -> UInt64 {
        defer { state.stream &+= 1 }
        return state.stream
    }

    /// What the next dropout takes its numbers from.
    func nextDraw() -> CTDraw {
        CTDraw(
            seed: state.seed, stream: nextStream(), first: Int64(share?.rows.lowerBound ?? 0),
            rows: Int64(share?.rows.count ?? 0), total: Int64(share?.total ?? 0))
    }

    /// A seed that is one draw, for a generator of the device's own.
    public func nextSeed() -> UInt64 { state.seed ^ (nextStream() &* 0x9E37_79B9_7F4A_7C15) }

    /// Runs `body` with dropout as of a part of a batch: each row is treated as it would be in the whole one. In it every
    /// tensor that goes through dropout holds the share's rows, and nothing else, one after the other.
    public func withShare<Result>(_ share: RowShare, _ body: () throws -> Result) rethrows -> Result {
        let before = self.share
        self.share = share
        defer { self.share = before }
        return try body()
    }

    /// Uniform numbers in [low, high).
    public func uniform(
        _ shape: [Int], _ low: Double = 0, _ high: Double = 1, dtype: DType = .float32, device: Device = .cpu
    ) -> Tensor {
        Tensor.uniform(shape, low, high, seed: state.seed, stream: nextStream(), dtype: dtype).to(device)
    }

    /// Gaussian numbers.
    public func normal(
        _ shape: [Int], mean: Double = 0, deviation: Double = 1, dtype: DType = .float32, device: Device = .cpu
    ) -> Tensor {
        Tensor.normal(
            shape, mean: mean, deviation: deviation, seed: state.seed, stream: nextStream(), dtype: dtype
        ).to(device)
    }

    /// Zeros in place of a share `rate` of the elements; the others are divided by 1 − rate.
    public func dropout(_ x: Tensor, rate: Double) -> Tensor {
        let draw = nextDraw()
        return make("dropout", [x]) { ct_dropout(x.raw, rate, draw, $0) }
    }
}

extension Tensor {
    /// Uniform numbers in [low, high) of one stream of a seed.
    public static func uniform(
        _ shape: [Int], _ low: Double = 0, _ high: Double = 1, seed: UInt64, stream: UInt64, dtype: DType = .float32
    ) -> Tensor {
        make("uniform", []) { out in withInts(shape) { ct_random_uniform($0, low, high, seed, stream, dtype.c, out) } }
    }

    /// Gaussian numbers of one stream of a seed.
    public static func normal(
        _ shape: [Int], mean: Double = 0, deviation: Double = 1, seed: UInt64, stream: UInt64, dtype: DType = .float32
    ) -> Tensor {
        make("normal", []) { out in
            withInts(shape) { ct_random_normal($0, mean, deviation, seed, stream, dtype.c, out) }
        }
    }
}
