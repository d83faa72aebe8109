import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("CDNet's sampling against grid_sample and DAT (Golden)")
struct CDNetSamplingGoldenTests {
    /// N×C×1×L as N×L×C.
    private func clips(_ golden: GoldenCase, _ name: String) throws -> Tensor {
        try golden.tensor(name).squeezed(2).transposed(1, 2).contiguous()
    }

    @Test(
        "eq. 8 equals grid_sample: with zeros beyond the ends, and with clamped positions the border",
        arguments: GoldenCase.all("dat_1d"))
    func sampler(_ golden: GoldenCase) throws {
        for (padding, alignsCorners) in [("zeros", true), ("border", true), ("zeros", false)] {
            let signal = try clips(golden, "input").requiringGradient()
            let grid = try golden.tensor("grid_x").cloned().requiringGradient()
            let last = Double(signal.size(1) - 1)
            var positions = padding == "border" ? LinearSampler.clamped(grid) : grid
            // Without aligned corners −1 and 1 are the outer edges of the first and the last entry.
            if !alignsCorners { positions = positions * ((last + 1) / last) }
            let inClips = LinearSampler.inClips(positions, lastClip: Tensor([last]).to(.float32))
            let sampled = LinearSampler.weights(inClips, clips: signal.size(1)).matmul(signal)

            let variant = "\(padding).align_corners_\(alignsCorners)"
            #expect(mismatch(sampled, try clips(golden, "\(variant).out")) == nil, "\(variant)")
            sampled.backward(gradient: try clips(golden, "grad_out"))
            let (bySignal, byGrid) = (try #require(signal.gradient), try #require(grid.gradient))
            #expect(
                mismatch(bySignal, try clips(golden, "\(variant).grad_input"), relative: 1e-3) == nil, "\(variant)")
            #expect(
                mismatch(byGrid, try golden.tensor("\(variant).grad_grid_x"), relative: 1e-3) == nil, "\(variant)")
        }
    }

    @Test("the offset network equals DAT's, values and gradient", arguments: GoldenCase.all("dat_1d"))
    func offsetNetwork(_ golden: GoldenCase) throws {
        let weights = try golden.weights()
        let kernels = Tensor(try #require(weights["conv_offset.0.weight"]))
        let pointwise = Tensor(try #require(weights["conv_offset.3.weight"]))
        let input = try golden.tensor("offset_network.in").transposed(1, 2).contiguous()
        let expected = try golden.tensor("offset_network.out")
        let points = expected.size(2)

        let store = ParameterStore()
        let network = OffsetNetwork(
            store.root, width: input.size(2), kernel: kernels.size(2),
            stride: (input.size(1) + points - 1) / points, groups: pointwise.size(0), startsAtZero: false)
        let names = [
            ("depthwise.weight", "conv_offset.0.weight"), ("depthwise.bias", "conv_offset.0.bias"),
            ("norm.weight", "conv_offset.1.norm.weight"), ("norm.bias", "conv_offset.1.norm.bias"),
            ("pointwise.weight", "conv_offset.3.weight"),
        ]
        #expect(Set(names.map(\.0)) == Set(store.parameters.map(\.name)))
        for (ours, theirs) in names {
            withoutGradient { store[ours]!.inPlaceCopy(Tensor(weights[theirs]!)) }
        }
        let aggregated = network.aggregated(input).transposed(1, 2)
        #expect(mismatch(aggregated, try golden.tensor("offset_network.after_depthwise_conv")) == nil)
        let offsets = network(input)
        #expect(mismatch(offsets, expected) == nil)
        offsets.backward(gradient: try golden.tensor("offset_network.grad_out"))
        #expect(
            mismatch(
                network.kernels.gradient!, try golden.tensor("offset_network.grad_conv_offset.0.weight"),
                relative: 1e-3) == nil)
    }

    @Test("displacements are limited as DAT's", arguments: GoldenCase.all("dat_1d"))
    func displacement(_ golden: GoldenCase) throws {
        let raw = try golden.tensor("dat_offset.raw")
        for name in try golden.arrays().all.names where name.hasPrefix("dat_offset.tanh_times_range_factor") {
            // dat_offset.tanh_times_range_factor3_K7: range 3 over K − 1 = 6.
            let numbers = name.dropFirst("dat_offset.tanh_times_range_factor".count).split(separator: "_")
            let range = try #require(Double(numbers[0]))
            let points = try #require(Double(numbers[1].dropFirst()))
            let limit = Tensor(range / (points - 1))
            #expect(mismatch(OffsetNetwork.displacement(raw, limit: limit), try golden.tensor(name)) == nil)
        }
    }

    @Test("reference points at the middles of the strides are DAT's", arguments: GoldenCase.all("dat_1d"))
    func referencePoints(_ golden: GoldenCase) throws {
        for name in try golden.arrays().all.names where name.hasPrefix("dat_reference_points.K") {
            let count = try #require(Int(name.dropFirst("dat_reference_points.K".count)))
            let grid = ReferenceGrid(clipCounts: [4 * count], ratio: 4, points: .middles)
            #expect(mismatch(grid.positions[0], try golden.tensor(name)) == nil, "\(name)")
        }
    }
}
