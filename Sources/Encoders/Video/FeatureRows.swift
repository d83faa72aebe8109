import Media
import Torch

/// Collects frames and encodes them by the batch: rows of CLIP's features.
struct ImageRows {
    private static let batch = 8
    private let encoder: CLIP
    private var waiting: [Frame] = []
    private var rows: [Tensor] = []

    init(_ encoder: CLIP) { self.encoder = encoder }

    mutating func add(_ frame: Frame) {
        waiting.append(frame)
        if waiting.count == Self.batch { flush() }
    }

    /// All rows, N×D.
    func finished() -> Tensor {
        var copy = self
        copy.flush()
        return copy.rows.isEmpty ? .zeros([0, encoder.configuration.embeddingSize]) : .concatenated(copy.rows, 0)
    }

    private mutating func flush() {
        guard !waiting.isEmpty else { return }
        rows.append(encoder.encode(images: FrameNormalization.clip(.stacked(frames: waiting))))
        waiting = []
    }
}

/// Collects a stream's frames and encodes them by the clip: rows of SlowFast's features.
struct ClipRows {
    private let encoder: SlowFast
    private var sampler: ClipFrameSampler<Frame>
    private var rows: [Tensor] = []
    private var count = 0

    init(_ encoder: SlowFast, _ sampler: ClipFrameSampler<Frame>) {
        self.encoder = encoder
        self.sampler = sampler
    }

    mutating func add(_ frame: Frame) {
        let clip = sampler.isWanted(count) ? sampler.append(frame) : sampler.skip()
        count += 1
        if let clip { rows.append(encoder.encode(clip: .stacked(frames: clip))) }
    }

    /// All rows, N×D.
    func finished() -> Tensor {
        var sampler = sampler
        let last = sampler.finish().map { encoder.encode(clip: .stacked(frames: $0)) }
        let all = rows + last
        return all.isEmpty ? .zeros([0, encoder.featureSize]) : .stacked(all)
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
