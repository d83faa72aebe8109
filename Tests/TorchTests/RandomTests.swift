import CTorch
import Testing
import Torch

@Suite("The generator")
struct RandomTests {
    /// Published vectors of Philox4x32-10: counter, key, output; low words first.
    @Test(
        "gives the published numbers",
        arguments: [
            (
                [0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
            ),
            (
                [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [([UInt64], [UInt64], [UInt32])])
    func knownAnswers(_ counter: [UInt64], _ key: [UInt64], _ expected: [UInt32]) {
        var words = [UInt32](repeating: 0, count: 4)
        let status = ct_random_words(
            key[0] | key[1] << 32, counter[2] | counter[3] << 32, counter[0] | counter[1] << 32, &words)
        #expect(status == 0)
        #expect(words == expected)
    }

    @Test("gives element i the same number however many elements, and on any count of threads")
    func threads() {
        let count = Libtorch.threadCount
        defer { Libtorch.setThreadCount(count) }
        Libtorch.setThreadCount(1)
        let one = [
            Tensor.uniform([200_003], seed: 5, stream: 6), .normal([200_003], seed: 5, stream: 6),
            RandomSource(seed: 5).dropout(.ones([200_003]), rate: 0.3),
        ]
        Libtorch.setThreadCount(2)
        let two = [
            Tensor.uniform([200_003], seed: 5, stream: 6), .normal([200_003], seed: 5, stream: 6),
            RandomSource(seed: 5).dropout(.ones([200_003]), rate: 0.3),
        ]
        for (a, b) in zip(one, two) { #expect(a.floats() == b.floats()) }
        #expect(Tensor.uniform([77], seed: 5, stream: 6).floats() == Array(one[0].floats().prefix(77)))
        #expect(one[0].floats()[16] != one[0].floats()[17])
    }

    @Test("is uniform, and Gaussian, over many elements")
    func distributions() {
        let uniform = Tensor.uniform([1_000_000], seed: 1, stream: 0)
        #expect(abs(uniform.mean().item() - 0.5) < 0.002)
        #expect(abs(uniform.variance().item() - 1.0 / 12) < 0.001)
        #expect(uniform.min().item() >= 0 && uniform.max().item() < 1)
        for quarter in 0..<4 {
            let share = ((uniform * 4).floor() .== Double(quarter)).to(.float32).mean().item()
            #expect(abs(share - 0.25) < 0.003)
        }
        let normal = Tensor.normal([1_000_000], seed: 1, stream: 0)
        #expect(abs(normal.mean().item()) < 0.005)
        #expect(abs(normal.variance().item() - 1) < 0.01)
        #expect(abs((normal.abs() .< 1).to(.float32).mean().item() - 0.6827) < 0.003)
        #expect(abs(normal.pow(4).mean().item() - 3) < 0.05)
    }

    @Test("never draws the upper bound, even where rounding leads there")
    func halfOpen() {
        let x = Tensor.uniform([1_000_000], 1, 1.0000002, seed: 3, stream: 0)
        #expect(Set(x.floats()) == [1, 1.0000001])
    }

    @Test("gives streams and seeds that have nothing to do with each other")
    func independence() {
        let draws = [(1, 1), (1, 2), (2, 1), (1 << 40, 1), (1, 1 << 40)].map { seed, stream in
            Tensor.uniform([100_000], -1, 1, seed: UInt64(seed), stream: UInt64(stream))
        }
        for (i, a) in draws.enumerated() {
            for b in draws[(i + 1)...] { #expect(abs((a * b).mean().item()) < 0.01) }
            // Nor do neighbours in one stream.
            #expect(abs((a[1...] * a[..<(-1)]).mean().item()) < 0.01)
        }
    }

    @Test("goes on from a saved state as if it had not stopped")
    func state() {
        let source = RandomSource(seed: 9)
        _ = source.uniform([3])
        let state = source.state
        let next = [source.uniform([3]).floats(), source.normal([3]).floats()]
        let other = RandomSource(seed: 0)
        other.state = state
        #expect([other.uniform([3]).floats(), other.normal([3]).floats()] == next)
        #expect(next[0] != source.uniform([3]).floats())
    }
}

@Suite("Dropout")
struct DropoutTests {
    @Test(
        "leaves out its share and scales the rest", arguments: [0.1, 0.5, 0.9],
        [DType.float32, .float64, .bfloat16, .float16])
    func share(_ rate: Double, _ dtype: DType) {
        let x = Tensor.full([300, 1001], 2, dtype: dtype)
        let y = RandomSource(seed: 4).dropout(x, rate: rate)
        #expect(y.dtype == dtype && y.shape == x.shape)
        let kept = (y .!= 0)
        #expect(abs(kept.to(.float64).mean().item() - (1 - rate)) < 0.003)
        let scaled = Tensor([2.0]) / (1 - rate)
        #expect(y.selected(kept).to(.float64).isClose(to: scaled, relative: dtype.size == 2 ? 0.01 : 1e-6))
    }

    @Test("uses one mask in both directions, and for second derivatives")
    func backward() {
        let x = Tensor.uniform([50, 40], 1, 2, seed: 1, stream: 1).to(.float64).requiringGradient()
        let y = RandomSource(seed: 4).dropout(x, rate: 0.25)
        let expected = (y.detached() / x.detached())
        let weights = Tensor.uniform([50, 40], 1, 2, seed: 1, stream: 2).to(.float64)
        let first = (y.squared() * weights).sum().gradients(of: [x], recorded: true)[0]!
        #expect(first.isClose(to: 2 * y.detached() * weights * expected, relative: 1e-12))
        let second = first.sum().gradients(of: [x])[0]!
        #expect(second.isClose(to: 2 * weights * expected.squared(), relative: 1e-12))
    }

    @Test("masks by position, whatever the strides of the tensor or of its gradient")
    func strides() {
        let x = Tensor.ones([30, 20]).requiringGradient()
        let turned = Tensor.ones([20, 30]).transposed()
        let straight = RandomSource(seed: 4).dropout(x, rate: 0.5)
        #expect(RandomSource(seed: 4).dropout(turned, rate: 0.5).floats() == straight.floats())
        // The gradient of a sum is one number, expanded.
        straight.sum().backward()
        #expect(x.gradient?.floats() == straight.floats())
    }

    @Test("draws anew each time, and repeats itself from the same seed")
    func draws() {
        let (source, again) = (RandomSource(seed: 4), RandomSource(seed: 4))
        let x = Tensor.ones([1000])
        let (first, second) = (source.dropout(x, rate: 0.5).floats(), source.dropout(x, rate: 0.5).floats())
        #expect(first != second)
        #expect(again.dropout(x, rate: 0.5).floats() == first && again.dropout(x, rate: 0.5).floats() == second)
        #expect(RandomSource(seed: 5).dropout(x, rate: 0.5).floats() != first)
    }

    @Test("reaches every element of a large tensor")
    func large() {
        let y = RandomSource(seed: 4).dropout(.ones([3, 333_337]), rate: 0.01)
        for part in 0..<3 { #expect(abs((y[part] .!= 0).to(.float32).mean().item() - 0.99) < 0.001) }
        #expect(y.max().item() == Double(Float(1 / 0.99)) && y.min().item() == 0)
    }

    @Test("does nothing outside training, nor at a rate of 0, and then draws nothing")
    func evaluation() {
        let store = ParameterStore(seed: 1)
        let x = Tensor.ones([100])
        #expect(Dropout(store.root, 0.5)(x).floats() == x.floats())
        #expect(DropPath(store.root, 0.5)(x.reshaped(10, 10)).floats() == x.floats())
        store.isTraining = true
        #expect(Dropout(store.root, 0)(x).floats() == x.floats())
        #expect(store.random.state.stream == 0)
        #expect(Dropout(store.root, 0.5)(x).floats() != x.floats())
        #expect(store.random.state.stream == 1)
    }

    @Test("of paths keeps or leaves out whole samples")
    func paths() {
        let store = ParameterStore(seed: 1)
        store.isTraining = true
        let y = DropPath(store.root, 0.25)(.ones([4000, 3, 2]))
        #expect(y.max(1, 2).floats() == y.min(1, 2).floats())
        #expect(Set(y.floats()) == [0, Float(1 / 0.75)])
        #expect(abs((y .!= 0).to(.float32).mean().item() - 0.75) < 0.03)
    }
}
