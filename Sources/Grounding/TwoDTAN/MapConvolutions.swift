import Torch

/// The convolutions over a 2D temporal map, by which neighbouring candidates see each other (`convs.0`, `convs.1`, …).
///
/// As published: the map is padded once, before the first layer, by what all layers together take away; and what comes out
/// of a cell is divided by how many valid cells it saw, so that borders are not weaker than the middle. Cells that saw
/// none are zero.
struct MapConvolutions {
    private let layers: [Convolution]
    /// 1/count of valid cells that each cell of each layer's output saw, 0 where there is none: 1×1×H×H.
    private let weights: [Tensor]

    init(_ scope: Scope, _ map: ProposalMap, width: Int, layers count: Int, kernel: Int) {
        let margin = (kernel - 1) / 2 * count
        func padding(_ index: Int) -> [Int] { index == 0 ? [margin, margin] : [0, 0] }
        layers = (0..<count).map {
            Convolution(scope / "convs" / $0, width, width, kernel: [kernel, kernel], padding: padding($0))
        }
        let store = scope.store
        weights = withoutGradient {
            let ones = Tensor.ones([1, 1, kernel, kernel], dtype: .float64)
            var mask = map.spread(.ones([1, 1, map.cells.count], dtype: .float64))
            return (0..<count).map { index in
                let seen = mask.convolution(ones, stride: [1, 1], padding: padding(index)).rounded()
                mask = (seen .> 0).to(.float64)
                return (mask / seen.clamped(min: 1)).to(store.dtype, store.device)
            }
        }
    }

    /// B×d×N×N → B×d×N×N; the input is zero where no candidate is.
    func callAsFunction(_ map: Tensor) -> Tensor {
        zip(layers, weights).reduce(map) { $1.0($0).relu() * $1.1 }
    }
}
