import Media
import Torch

/// Collects frames and has them encoded by the batch: rows of CLIP's features.
struct ImageRows {
    private let encoder: CLIP
    private let workers: EncodingWorkers
    private let rows = EncodingWorkers.Rows()
    private var waiting: [Frame] = []

    init(_ encoder: CLIP, _ workers: EncodingWorkers) {
        self.encoder = encoder
        self.workers = workers
    }

    mutating func add(_ frame: Frame) {
        waiting.append(frame)
        if waiting.count == CLIP.imageBatch { flush() }
    }

    /// No frame comes any more.
    mutating func finish() { flush() }

    /// All rows once the workers have finished, N×D.
    var finished: Tensor { joined(rows.all) }

    /// The rows that are there from the first one on, without a gap.
    var beginning: Tensor { joined(rows.beginning) }

    private func joined(_ all: [Tensor]) -> Tensor {
        all.isEmpty ? .zeros([0, encoder.configuration.embeddingSize]) : .concatenated(all, 0)
    }

    private mutating func flush() {
        guard !waiting.isEmpty else { return }
        let (frames, encoder) = (waiting, encoder)
        waiting = []
        workers.submit(to: rows) { encoder.encode(images: FrameNormalization.clip(.stacked(frames: frames))) }
    }
}

/// Collects a stream's frames and has them encoded by the clip: rows of SlowFast's features.
struct ClipRows {
    private let encoder: SlowFast
    private let workers: EncodingWorkers
    private let rows = EncodingWorkers.Rows()
    private var sampler: ClipFrameSampler<Frame>
    private var count = 0

    init(_ encoder: SlowFast, _ sampler: ClipFrameSampler<Frame>, _ workers: EncodingWorkers) {
        self.encoder = encoder
        self.sampler = sampler
        self.workers = workers
    }

    mutating func add(_ frame: Frame) {
        let clip = sampler.isWanted(count) ? sampler.append(frame) : sampler.skip()
        count += 1
        if let clip { submit(clip) }
    }

    /// No frame comes any more; the last ones are repeated as the sampler says.
    mutating func finish() { for clip in sampler.finish() { submit(clip) } }

    /// All rows once the workers have finished, N×D.
    var finished: Tensor { joined(rows.all) }

    /// The rows that are there from the first one on, without a gap.
    var beginning: Tensor { joined(rows.beginning) }

    private func joined(_ all: [Tensor]) -> Tensor { all.isEmpty ? .zeros([0, encoder.featureSize]) : .stacked(all) }

    private func submit(_ clip: [Frame]) {
        workers.submit(to: rows) { [encoder] in encoder.encode(clip: .stacked(frames: clip)) }
    }
}

extension Tensor {
    /// Frames of one size as bytes: N×H×W×3, `uint8`.
    static func stacked(frames: [Frame]) -> Tensor {
        let first = frames[0]
        let bytes = frames.flatMap(\.pixels)
        return bytes.withUnsafeBytes {
            Tensor(copying: $0, shape: [frames.count, first.height, first.width, 3], dtype: .uint8)
        }
    }
}
