import Annotations
import Datasets
import Foundation
import TensorFiles

/// Annotations and features of a few made-up videos, in a temporary folder that goes away with its owner.
final class DatasetFixture {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-data-\(UUID().uuidString)")
        for name in ["slow", "clip", "text"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
    }

    deinit { remove() }

    /// Deletes the folder; called at the end of a scope, it also keeps the folder until then.
    func remove() { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Writes features of `count` queries: video i has 4 + i % 5 clips of 2 s, sentence i has 2 + i % 3 words.
    ///
    /// Every second video has two queries. Widths: 5 and 3 for videos, 4 for words.
    func write(queries count: Int, pooled: Bool = false) throws -> [Annotation] {
        try (0..<count).map { index in
            let video = index - index % 4 / 3  // 0 1 2 2 4 5 6 6 …
            let clips = 4 + video % 5
            let vid = "-v_\(video)_0.0"
            try write("slow/\(vid).npz", ["features": values([clips, 5], seed: video)])
            try write("clip/\(vid).npz", ["features": values([clips + 1, 3], seed: video + 100)])
            var text: OrderedTensors = ["last_hidden_state": values([2 + index % 3, 4], seed: index + 200)]
            if pooled { text["pooler_output"] = values([4], seed: index + 300) }
            try write("text/qid\(index).npz", text)
            return annotation(index, vid: vid, duration: Double(2 * clips))
        }
    }

    func annotation(_ qid: Int, vid: String, duration: Double) -> Annotation {
        Annotation(
            qid: .number(qid), query: "query \(qid)", vid: vid, duration: duration,
            relevantWindows: [Window(start: 2, end: 6)])
    }

    func write(_ name: String, _ arrays: OrderedTensors) throws { try NPZFile.write(arrays, to: file(name)) }

    /// Numbers between −1 and 1 that are the same at every run.
    func values(_ shape: [Int], seed: Int) -> StoredTensor {
        let count = shape.reduce(1, *)
        return StoredTensor(
            (0..<count).map { Float(sin(Double($0 + 1) * 12.9898 + Double(seed) * 78.233)) }, shape: shape)
    }

    func open(_ annotations: [Annotation], settings: FeatureSettings = FeatureSettings()) throws -> FeatureFiles {
        try FeatureFiles(
            video: [FeatureSource(file("slow").path), FeatureSource(file("clip").path)],
            text: FeatureSource(file("text").path), settings: settings, annotations: annotations)
    }

    func dataset(queries count: Int, settings: FeatureSettings = FeatureSettings()) throws -> MomentDataset {
        let annotations = try write(queries: count)
        return MomentDataset(annotations: annotations, features: try open(annotations, settings: settings))
    }
}

/// A row divided by its norm + 1e-5, in double precision.
func normalised(_ row: [Double]) -> [Double] {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-5
    return row.map { $0 / norm }
}

func isClose(_ left: [Double], _ right: [Double], within tolerance: Double = 1e-6) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
}

/// The error of a query's features that `body` throws.
func featureProblem(_ body: () throws -> Void) -> FeatureError? {
    do {
        try body()
        return nil
    } catch {
        return error as? FeatureError
    }
}
