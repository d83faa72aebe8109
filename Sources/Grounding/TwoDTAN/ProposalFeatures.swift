import Torch

/// The features of all candidates of a map: B×d×N → B×d×P, diagonal by diagonal.
///
/// Every diagonal comes from the one before it: of two neighbours one that is a step longer is made; where the map
/// becomes sparser, of three every second time. With pooling that is the greatest value of all stretches of a candidate,
/// with convolutions it is learned (`layers.scale.step`).
struct ProposalFeatures {
    private let map: ProposalMap
    /// One a diagonal; empty where features are pooled.
    private let convolutions: [Convolution]

    init(_ scope: Scope, _ map: ProposalMap, width: Int, kind: TwoDTANConfiguration.Proposals) {
        self.map = map
        var (scale, step) = (0, 0)
        convolutions =
            kind == .pool
            ? []
            : map.diagonals.indices.map { index in
                if index > 0, map.diagonals[index].stride != map.diagonals[index - 1].stride {
                    (scale, step) = (scale + 1, 0)
                }
                defer { step += 1 }
                let window = Self.window(map, index)
                return Convolution(
                    scope / "layers" / scale / step, width, width, kernel: [window.kernel], stride: [window.stride])
            }
    }

    func callAsFunction(_ stretches: Tensor) -> Tensor {
        var x = stretches
        let diagonals = map.diagonals.indices.map { index in
            let window = Self.window(map, index)
            if convolutions.isEmpty {
                if window.kernel > 1 { x = x.maxPool([window.kernel], stride: [window.stride], padding: [0]) }
            } else {
                x = convolutions[index](x)
            }
            return x
        }
        return .concatenated(diagonals, 2)
    }

    /// How a diagonal is made of the one before it.
    private static func window(_ map: ProposalMap, _ index: Int) -> (kernel: Int, stride: Int) {
        guard index > 0 else { return (1, 1) }
        return map.diagonals[index].stride == map.diagonals[index - 1].stride ? (2, 1) : (3, 2)
    }
}

extension ProposalMap {
    /// Candidates on a map with zeros elsewhere: B×d×P → B×d×N×N, row a and column b.
    ///
    /// The numbers of a cell lie side by side, in which order convolutions over the map are fastest.
    func spread(_ candidates: Tensor) -> Tensor {
        var sources = [Int](repeating: 0, count: size * size)
        for (index, place) in places.enumerated() { sources[place] = index + 1 }
        return candidates.permuted(0, 2, 1).padded([0, 0, 1, 0]).entries(Tensor(sources).to(candidates.device), 1)
            .reshaped(candidates.size(0), size, size, candidates.size(1)).permuted(0, 3, 1, 2)
    }

    /// The candidates of a map: B×N×N → B×P.
    func gather(_ map: Tensor) -> Tensor {
        map.reshaped(map.size(0), size * size).entries(Tensor(places).to(map.device), 1)
    }
}
