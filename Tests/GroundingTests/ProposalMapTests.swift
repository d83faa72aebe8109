import Batches
import TestSupport
import Testing
import Torch

@testable import Grounding

@Suite("2D-TAN: the map of candidates")
struct ProposalMapTests {
    @Test("up to 16 stretches every pair is a candidate")
    func dense() {
        let map = ProposalMap(size: 4)
        #expect(map.cells.count == 10)
        #expect(Set(map.cells.map { [$0.first, $0.last] }).count == 10)
        #expect(map.cells.allSatisfy { 0 <= $0.first && $0.first <= $0.last && $0.last < 4 })
        #expect(ProposalMap(size: 16).cells.count == 136)
        #expect(ProposalMap(size: 1).cells == [.init(first: 0, last: 0)])
    }

    @Test("longer candidates are fewer: every second one from 17 on, every fourth from 35 on; the whole is one")
    func sparse() {
        let map = ProposalMap(size: 64)
        // 904 of up to 16 stretches, 164 and 36 of the two sparser scales.
        #expect(map.cells.count == 1104)
        let offsets = [
            Array(0...15), Array(stride(from: 17, through: 31, by: 2)), Array(stride(from: 35, through: 63, by: 4)),
        ]
        #expect(map.diagonals.map(\.offset) == offsets.flatMap { $0 })
        for cell in map.cells where cell.last - cell.first > 31 { #expect(cell.first % 4 == 0) }
        #expect(map.cells.contains(.init(first: 0, last: 63)))
        #expect(ProposalMap(size: 128).cells.contains(.init(first: 0, last: 127)))
    }

    @Test("pooled features are the greatest of a candidate's stretches", arguments: [1, 7, 20, 40])
    func pooled(size: Int) {
        let map = ProposalMap(size: size)
        let stretches = Tensor.normal([2, 3, size], seed: 1, stream: 0)
        let features = ProposalFeatures(ParameterStore().root, map, width: 3, kind: .pool)(stretches)
        #expect(features.shape == [2, 3, map.cells.count])
        for (index, cell) in map.cells.enumerated() {
            let expected = stretches.slice(2, cell.first, cell.last + 1).max(2)
            #expect(features.entry(index, 2).isClose(to: expected), "\(cell)")
        }
    }

    @Test("stacked convolutions see a candidate's stretches and nothing else")
    func convolved() {
        let map = ProposalMap(size: 20)
        let store = ParameterStore(seed: 2, dtype: .float64)
        let layer = ProposalFeatures(store.root, map, width: 2, kind: .convolution)
        let stretches = Tensor.normal([1, 2, 20], seed: 1, stream: 0, dtype: .float64)
        let features = layer(stretches)
        #expect(features.shape == [1, 2, map.cells.count])
        for changed in [0, 9, 19] {
            let noise = Tensor.zeros([1, 2, 20], dtype: .float64)
            noise.slice(2, changed, changed + 1).inPlaceFill(1)
            let differences = (layer(stretches + noise) - features).abs().sum(0, 1).doubles()
            for (cell, difference) in zip(map.cells, differences) {
                #expect((difference > 0) == (cell.first...cell.last).contains(changed), "\(cell), \(changed)")
            }
        }
        #expect(store["layers.0.0.weight"]?.shape == [2, 2, 1])
        #expect(store["layers.0.1.weight"]?.shape == [2, 2, 2])
        #expect(store["layers.1.0.weight"]?.shape == [2, 2, 3])
    }

    @Test("candidates go to their cell of the map and back, and the rest is zero")
    func spread() {
        let map = ProposalMap(size: 3)
        let values = Tensor((1...6).map(Double.init), shape: [1, 1, 6])
        let spread = map.spread(values)
        // Diagonals (0,0) (1,1) (2,2), (0,1) (1,2), (0,2).
        #expect(spread.doubles() == [1, 4, 6, 0, 2, 5, 0, 0, 3])
        #expect(map.gather(spread.squeezed(1)).doubles() == [1, 2, 3, 4, 5, 6])
    }

    @Test("targets are the IoU with the best moment, scaled between t_min and t_max")
    func targets() {
        let map = ProposalMap(size: 4)
        func target(_ first: Int, _ last: Int, _ moments: [Span], _ least: Double = 0.5, _ full: Double = 1) -> Double {
            let values = map.targets(moments, seconds: 8, leastIoU: least, fullIoU: full)
            return values[map.cells.firstIndex(of: .init(first: first, last: last))!]
        }
        let moment = Span(2, 6)
        #expect(target(1, 2, [moment]) == 1)
        // [2, 8] has IoU 4/6, [2, 4] 1/2, [0, 2] none.
        #expect(abs(target(1, 3, [moment]) - 1.0 / 3) < 1e-12)
        #expect(target(1, 1, [moment]) == 0)
        #expect(target(0, 0, [moment]) == 0)
        #expect(target(0, 0, [moment, Span(0, 2)]) == 1)
        #expect(target(1, 3, [moment], 0.3, 0.6) == 1)
        #expect(target(0, 3, []) == 0)
    }

    @Test("a clip's saliency is the best score of the candidates that cover its middle")
    func highlights() {
        let map = ProposalMap(size: 2)
        // Candidates (0,0), (1,1), (0,1).
        #expect(map.bestScores([0.9, 0.2, 0.4], clips: 4) == [0.9, 0.9, 0.4, 0.4])
        #expect(map.bestScores([0.1, 0.2, 0.4], clips: 3) == [0.4, 0.4, 0.4])
        #expect(map.bestScores([0.9, 0.2, 0.1], clips: 1) == [0.2])
    }

    @Test("every clip of a video takes part in its samples")
    func sampling() {
        #expect(FixedLengthSampling.ranges(10, to: 4) == [0..<2, 2..<5, 5..<8, 8..<10])
        #expect(FixedLengthSampling.ranges(2, to: 4) == [0..<1, 0..<1, 1..<2, 1..<2])
        #expect(FixedLengthSampling.ranges(1, to: 3) == [0..<1, 0..<1, 0..<1])
        let video = Tensor([1.0, 3, 5, 7, 9, 100], shape: [1, 6, 1])
        #expect(FixedLengthSampling.sample(video, counts: [5], to: 2).doubles() == [2, 7])
    }

    @Test("what a cell gets is divided by the valid cells that it saw, at the borders too")
    func neighbours() {
        let map = ProposalMap(size: 3)
        let store = ParameterStore(dtype: .float64)
        let layers = MapConvolutions(store.root, map, width: 1, layers: 1, kernel: 3)
        withoutGradient {
            store["convs.0.weight"]!.inPlaceFill(1)
            store["convs.0.bias"]!.inPlaceFill(0)
        }
        let output = layers(map.spread(Tensor([1.0, 2, 3, 4, 5, 6], shape: [1, 1, 6]))).reshaped(3, 3)
        // (0,0) sees (0,0), (0,1), (1,1); (0,2) sees (0,1), (0,2), (1,1), (1,2); (1,1) sees all.
        #expect(abs(output[0, 0].item() - 7.0 / 3) < 1e-12)
        #expect(abs(output[0, 2].item() - 17.0 / 4) < 1e-12)
        #expect(abs(output[1, 1].item() - 21.0 / 6) < 1e-12)
    }
}
