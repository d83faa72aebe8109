import Foundation
import Testing
import Torch

// The failing calls stand in functions of their own, so that their lines are known. They take tensors, as a model's do,
// and have something left to do: an optimised last call would leave no trace of them.

@inline(never) private func multiply(_ a: Tensor, _ b: Tensor) -> Int {
    let product = a.matmul(b)
    return product.count
}
private let multiplyLine = #line - 3

@inline(never) private func add(_ a: Tensor, _ b: Tensor) -> Int {
    let sum = a + b
    return sum.count
}
private let addLine = #line - 3

@inline(never) private func useLayer(_ x: Tensor) -> Int {
    let layer = Linear(ParameterStore().root / "proj", 4, 2)
    let projected = layer(x)
    return projected.count
}
private let layerLine = #line - 3

@inline(never) private func addAll(_ list: [Tensor]) -> [Tensor] {
    list.map { $0.reshaped(7) }
}
private let closureLine = #line - 2

@Suite("An operation that cannot work stops the program")
struct FailureTests {
    @Test("and names itself, the shapes and the caller's line")
    func method() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = multiply(.ones([2, 3]), .ones([4, 5]))
        }
        try expect(result, "Torch.matmul([2, 3] float32, [4, 5] float32)", line: multiplyLine, "(2x3 and 4x5)")
    }

    @Test("also where it is an operator")
    func operation() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = add(.ones([2, 3], dtype: .float64), .ones([4, 5]))
        }
        try expect(result, "Torch.+([2, 3] float64, [4, 5] float32)", line: addLine, "must match")
    }

    @Test("also where a layer called it")
    func layer() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = useLayer(.ones([2, 3]))
        }
        try expect(
            result, "Torch.linear([2, 3] float32, [2, 4] float32, [2] float32)", line: layerLine, "(2x3 and 4x2)")
    }

    @Test("without memory by the exit code of the system's faults")
    func memory() async throws {
        let result = await #expect(processExitsWith: .exitCode(EX_OSERR), observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1 << 50])
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.hasPrefix("There is not enough memory for Torch."))
    }

    @Test("also inside a closure")
    func closure() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = addAll([.ones([2])])
        }
        try expect(result, "Torch.reshaped([2] float32)", line: closureLine, "shape '[7]' is invalid")
    }

    @Test("with this module's own checks, too")
    func ownChecks() async throws {
        let ragged = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([[1.0], [2, 3], []])
        }
        #expect(try text(ragged).contains("rows of [1, 2, 0] numbers make no matrix"))
        let unfilled = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2, 3], shape: [2, 2])
        }
        #expect(try text(unfilled).contains("3 numbers do not fill the shape [2, 2]"))
        let dimension = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.ones([2, 3]).size(2)
        }
        #expect(try text(dimension).contains("Torch.size(2)([2, 3] float32) failed"))
    }

    private func expect(
        _ result: ExitTest.Result?, _ operation: String, line: Int, _ reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = try text(result)
        #expect(text.contains("\(operation) failed at "), sourceLocation: sourceLocation)
        #expect(
            text.contains("FailureTests.swift:\(line): "), "in: \(text.prefix(600))", sourceLocation: sourceLocation)
        #expect(text.contains(reason), sourceLocation: sourceLocation)
    }

    private func text(_ result: ExitTest.Result?) throws -> String {
        String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    }
}
