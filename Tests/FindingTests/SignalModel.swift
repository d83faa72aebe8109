import Batches
import Grounding
import Torch

/// A model that reads its answer off the features: the first column is the relevance, runs of 1 are the moments.
///
/// It knows no more than its window, as a trained one does.
final class SignalModel: GroundingModel {
    let store = ParameterStore()
    /// Clips of each row that it was asked.
    private(set) var rows: [Int] = []
    /// The last columns of each row's first and last clip.
    private(set) var endpoints: [[Float]] = []

    func loss(_ batch: Batch) -> Loss { Loss(total: Tensor(0), parts: []) }

    func ground(_ batch: Batch) -> [Grounding] {
        rows += batch.clipCounts
        return batch.queries.enumerated().map { row, query in
            let count = batch.clipCounts[row]
            let signal = batch.video[row, 0..<count, 0].doubles()
            let width = batch.video.size(2)
            endpoints.append(
                batch.video[row, 0, (width - 2)..<width].floats()
                    + batch.video[row, count - 1, (width - 2)..<width].floats())
            var moments: [RankedMoment] = []
            var start = 0
            while start < count {
                let end = signal[start...].firstIndex { $0 != signal[start] } ?? count
                if signal[start] > 0 {
                    // Shares of the duration, as decoders give them.
                    let scale = query.duration / Double(count)
                    moments.append(
                        RankedMoment(Span(Double(start) * scale, Double(end) * scale), score: signal[start]))
                }
                start = end
            }
            return Grounding(moments: moments.ranked(), saliency: signal, relevance: signal)
        }
    }
}
