import Foundation
import TensorFiles

/// A folder with made-up features, annotations and a configuration: all that a run needs, and little of it.
final class TinyData {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    let moments: MomentsProgram

    init(training: Int = 12, validation: Int = 4, epochs: Int = 2) throws {
        moments = MomentsProgram(folder: folder)
        for name in ["motion", "look", "words"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try annotate("train.jsonl", ids: 0..<training)
        try annotate("val.jsonl", ids: 100..<(100 + validation))
        try write(
            """
            name: tiny
            seed: 5
            threads: 1
            model:
              cdnet: {hiddenSize: 8, heads: 2, feedForwardSize: 8, localizerLayers: 1, offsetKernel: 3}
            data:
              train: train.jsonl
              val: val.jsonl
              video: [motion, look]
              text: words
            optimisation: {epochs: \(epochs), batchSize: 4, learningRate: 1e-3}
            output: {directory: run, checkpointSteps: 2}
            """, to: "tiny.yaml")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
    func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }
    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: url(name)) }

    /// The losses that a run has logged, step by step.
    func losses(_ run: String = "run") throws -> [Double] {
        try text("\(run)/steps.jsonl").split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["loss"] as? Double ?? .nan
        }
    }

    /// Numbers that follow from their place alone.
    private static func matrix(_ rows: Int, _ width: Int, seed: Int) -> StoredTensor {
        StoredTensor(
            (0..<rows * width).map { Float(sin(Double(seed * 7919 + $0 * 104_729) * 0.618)) }, shape: [rows, width])
    }

    private func annotate(_ name: String, ids: Range<Int>) throws {
        var lines: [String] = []
        for id in ids {
            let clips = 6 + id % 5
            let start = id % 3
            let end = start + 3
            try NPZFile.write(["features": Self.matrix(clips, 6, seed: id)], to: url("motion/v\(id).npz"))
            try NPZFile.write(["features": Self.matrix(clips, 4, seed: id + 1)], to: url("look/v\(id).npz"))
            try NPZFile.write(
                [
                    "last_hidden_state": Self.matrix(3 + id % 2, 4, seed: id + 2),
                    "pooler_output": Self.matrix(1, 4, seed: id),
                ],
                to: url("words/qid\(id).npz"))
            let ids = (start..<end).map(String.init).joined(separator: ", ")
            let scores = (start..<end).map { _ in "[3, 4, 2]" }.joined(separator: ", ")
            lines.append(
                """
                {"qid": \(id), "query": "sentence \(id)", "duration": \(clips * 2), "vid": "v\(id)", \
                "relevant_windows": [[\(start * 2), \(end * 2)]], "relevant_clip_ids": [\(ids)], \
                "saliency_scores": [\(scores)]}
                """)
        }
        try write(lines.joined(separator: "\n"), to: name)
    }
}
