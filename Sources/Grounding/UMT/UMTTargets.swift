import Batches
import Foundation
import Torch

/// What the boundary head of a UMT is to say: a peak at each moment's centre, and there its length and fraction.
///
/// Moments are counted in clips, their end less one clip, so that a moment of one clip has the length 0 and lies on its
/// clip's number.
public struct UMTTargets {
    /// B×L: 1 at a moment's centre, falling off to its sides as a Gaussian; 0 elsewhere.
    public let centers: Tensor
    /// B×L: the length at a centre.
    public let windows: Tensor
    /// B×L: the centre less its clip's number.
    public let offsets: Tensor
    /// B×L: 1 at a centre.
    public let weights: Tensor
    /// Moments of the whole batch.
    public let count: Int

    /// Makes targets of moments in seconds.
    ///
    /// - Parameters:
    ///   - moments: Those of each query.
    ///   - queries: The same queries, which say how long a clip is.
    ///   - clips: L.
    ///   - radiusFactor: Radius of a centre's peak as a share of its moment's length.
    ///   - sigmaFactor: Deviation of a centre's peak as a share of its radius and the centre.
    ///   - dtype: Type of the tensors.
    ///   - device: Where the tensors lie.
    public init(
        _ moments: [[Span]], _ queries: [Query], clips: Int, radiusFactor: Double = 0.2, sigmaFactor: Double = 0.2,
        dtype: DType = .float32, device: Device = .cpu
    ) {
        var values = [[Float]](repeating: [Float](repeating: 0, count: queries.count * clips), count: 4)
        for (row, query) in queries.enumerated() {
            let unit = Float(query.clipLength)
            for moment in moments[row] {
                // In single precision, as the reference rounds.
                let (start, end) = (Float(moment.start) / unit, (Float(moment.end) - unit) / unit)
                let center = max(0, min((start + end) / 2, Float(clips) - 0.5))
                let window = end - start
                let radius = Int(window * Float(radiusFactor))
                let sigma = Double(radius + 1) * sigmaFactor
                let clip = Int(center)
                for near in max(0, clip - radius)..<max(1, min(clip + radius + 1, clips)) {
                    let distance = Double(near - clip)
                    let height = Float(exp(-distance * distance / (2 * sigma * sigma)))
                    values[0][row * clips + near] = max(values[0][row * clips + near], height)
                }
                values[1][row * clips + clip] = window
                values[2][row * clips + clip] = center - Float(clip)
                values[3][row * clips + clip] = 1
            }
        }
        let tensors = values.map { Tensor($0, shape: [queries.count, clips]).to(dtype, device) }
        (centers, windows, offsets, weights) = (tensors[0], tensors[1], tensors[2], tensors[3])
        count = moments.reduce(0) { $0 + $1.count }
    }
}
