import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("Grid sampling along time, against PyTorch (Golden)")
struct SamplingGoldenTests {
    @Test(
        "agrees, gradients included", arguments: GoldenCase.all("dat_1d"),
        [("zeros", false), ("zeros", true), ("border", false), ("border", true)])
    func sampling(_ golden: GoldenCase, _ mode: (padding: String, alignCorners: Bool)) throws {
        let input = try golden.tensor("input").cloned().requiringGradient()
        let places = try golden.tensor("grid_x").cloned().requiringGradient()
        let x = places.unsqueezed(1)
        let grid = Tensor.stacked([x, x.zerosLike()], -1)
        let output = input.gridSampled(grid, border: mode.padding == "border", alignCorners: mode.alignCorners)
        output.backward(gradient: try golden.tensor("grad_out"))
        let prefix = "\(mode.padding).align_corners_\(mode.alignCorners)."
        #expect(mismatch(output, try golden.tensor(prefix + "out")) == nil)
        let inputGradient = try #require(input.gradient)
        #expect(mismatch(inputGradient, try golden.tensor(prefix + "grad_input"), relative: 1e-3) == nil)
        let gridGradient = try #require(places.gradient)
        #expect(mismatch(gridGradient, try golden.tensor(prefix + "grad_grid_x"), relative: 1e-3) == nil)
    }

    @Test(
        "comes after an offset network that agrees: depth-wise convolution, norm, GELU",
        arguments: GoldenCase.all("dat_1d"))
    func offsetNetwork(_ golden: GoldenCase) throws {
        let weights = try golden.weights()
        func weight(_ name: String) throws -> Tensor { Tensor(try #require(weights["conv_offset." + name])) }
        let input = try golden.tensor("offset_network.in").cloned().requiringGradient()
        let kernel = try weight("0.weight").cloned().requiringGradient()
        let channels = kernel.size(0)
        let expected = try golden.tensor("offset_network.after_depthwise_conv")
        // As the reference: half a kernel of padding, stride 4.
        let convolved = input.convolution(
            kernel, try weight("0.bias"), stride: [4], padding: [kernel.size(-1) / 2], groups: channels)
        #expect(mismatch(convolved, expected) == nil)
        let normed = convolved.transposed().layerNorm(
            [channels], try weight("1.norm.weight"), try weight("1.norm.bias"))
        let output = normed.transposed().gelu().convolution(try weight("3.weight"), stride: [1], padding: [0])
        #expect(mismatch(output, try golden.tensor("offset_network.out")) == nil)
        output.backward(gradient: try golden.tensor("offset_network.grad_out"))
        let inputGradient = try #require(input.gradient)
        #expect(mismatch(inputGradient, try golden.tensor("offset_network.grad_in"), relative: 1e-3) == nil)
        let kernelGradient = try #require(kernel.gradient)
        let expectedGradient = try golden.tensor("offset_network.grad_conv_offset.0.weight")
        #expect(mismatch(kernelGradient, expectedGradient, relative: 1e-3) == nil)
    }
}
