import Torch

/// The fixed random maps from the simulated world to features: what CLIP and SlowFast are to the real one.
///
/// They are the same for every seed.
struct SimulatedEncoders: Sendable {
    /// Width of the CLIP-like features and of the text.
    static let clipWidth = 512
    /// Width of the SlowFast-like features.
    static let slowFastWidth = 2304
    /// Width of the SlowFast-like network's hidden layer.
    static let hiddenWidth = 256

    private static let width = 2 * SimulatedMeaning.width

    /// 2H×512 with orthonormal rows; pooled text and CLIP-like features share it.
    let clip: Tensor
    /// 2H×512 with orthonormal rows, for words.
    let words: Tensor
    /// 2H×256, Gaussian / √2H.
    let hidden: Tensor
    /// 256×2304, Gaussian / 16.
    let slowFast: Tensor
    /// 512: a constant unit vector between images and text.
    let modalityGap: Tensor

    /// The gain before the hidden layer's tanh.
    static let gain = 3.0

    init() {
        clip = Self.orthonormal("clip")
        words = Self.orthonormal("words")
        hidden = Self.gaussian([Self.width, Self.hiddenWidth], 1 / Double(Self.width).squareRoot(), "hidden")
        slowFast = Self.gaussian([Self.hiddenWidth, Self.slowFastWidth], 1.0 / 16, "slowfast")
        modalityGap = Self.gaussian([Self.clipWidth], 1, "gap").normalized()
    }

    private static func gaussian(_ shape: [Int], _ deviation: Double, _ name: String) -> Tensor {
        var random = SimulationRandom(seed: SimulationRandom.hash("encoder"), name)
        return Tensor(random.gaussians(shape.reduce(1, *), deviation: deviation), shape: shape)
    }

    /// Gram and Schmidt on Gaussian rows, in double precision.
    private static func orthonormal(_ name: String) -> Tensor {
        var random = SimulationRandom(seed: SimulationRandom.hash("encoder"), name)
        var rows: [[Double]] = []
        for _ in 0..<width {
            var row = random.gaussians(clipWidth, deviation: 1).map(Double.init)
            for done in rows {
                let overlap = zip(row, done).reduce(0) { $0 + $1.0 * $1.1 }
                for i in row.indices { row[i] -= overlap * done[i] }
            }
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            rows.append(row.map { $0 / length })
        }
        return Tensor(rows).to(.float32)
    }
}
