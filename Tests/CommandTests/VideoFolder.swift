import Encoders
import Foundation
import Media
import TensorFiles
import Torch

/// A folder with a video and small random encoders in a published layout.
final class VideoFolder {
    let url: URL
    let moments: MomentsProgram

    init(seconds: Double = 20) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        moments = MomentsProgram(
            folder: url, environment: ["MOMENTS_CACHE": url.appendingPathComponent("cache").path])
        try writeVideo("door.mp4", seconds: seconds)
        let vocabulary = url.appendingPathComponent("merges.txt")
        try Data("#version: 0.2\nt h\nth e</w>\n".utf8).write(to: vocabulary)
        var sizes = CLIPConfiguration.tiny
        (sizes.imageSize, sizes.vocabularySize) = (32, 516)
        try CLIP(sizes, seed: 2).save(to: url.appendingPathComponent("clip"), vocabulary: vocabulary)
        var slow = SlowFastConfiguration()
        (slow.width, slow.fastWidth) = (8, 2)
        try SlowFast.writeRandomWeights(slow, to: url.appendingPathComponent("slowfast.safetensors"))
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(at: url) }

    func place(_ name: String) -> URL { url.appendingPathComponent(name) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place(name).path) }

    /// Names in a folder; empty where there is none.
    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: place(folder).path)) ?? []).sorted()
    }

    func modified(_ name: String) throws -> Date {
        try place(name).resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate!
    }

    /// A video that is dark and bright in turn, five seconds each; or striped in some seconds and plain in the others.
    func writeVideo(
        _ name: String, seconds: Double, rate: Double = 10, striped: Range<Double>? = nil, hasSilence: Bool = false
    ) throws {
        let (width, height) = (64, 48)
        let writer = try VideoWriter(
            place(name), width: width, height: height,
            settings: VideoSettings(frameRate: rate, keyInterval: 50, hasSilence: hasSilence))
        func picture(_ value: (Int) -> UInt8) -> Frame {
            Frame(width: width, height: height, pixels: (0..<width * height * 3).map { value($0 / 3) })
        }
        let plain = [picture { _ in 30 }, picture { _ in 220 }]
        let stripes = picture { $0 / 8 % 2 == 0 ? 10 : 240 }
        for index in 0..<Int(seconds * rate) {
            let time = Double(index) / rate
            let frame = striped.map { $0.contains(time) ? stripes : plain[0] } ?? plain[Int(time / 5) % 2]
            try writer.add(frame)
        }
        try writer.finish()
    }

    /// Features of sentences as they are published, made by the folder's CLIP: `text/qid0.npz` and so on.
    func writeText(_ sentences: [String]) throws {
        try FileManager.default.createDirectory(at: place("text"), withIntermediateDirectories: true)
        let clip = try CLIP(contentsOf: place("clip"))
        for (index, sentence) in try clip.encode(sentences: sentences, maxTokens: 32).enumerated() {
            try NPZFile.write(
                [
                    "last_hidden_state": StoredTensor(sentence.words.to(.float16)),
                    "pooler_output": StoredTensor(sentence.pooled.to(.float16)),
                ], to: place("text/qid\(index).npz"))
        }
    }

    /// Trains a small CDNet on videos named v0, v1, … whose features were extracted to `features`, with a sentence each.
    ///
    /// - Parameter striped: Where each video's moment lies.
    func train(
        _ kinds: [String], striped: [Range<Double>], seconds: Double, epochs: Int, hiddenSize: Int = 16
    ) throws -> MomentsProgram.Outcome {
        try writeText(striped.map { _ in "the stripes" })
        let lines = striped.enumerated().map { index, moment in
            """
            {"qid": \(index), "query": "the stripes", "vid": "v\(index)", "duration": \(seconds), \
            "relevant_windows": [[\(moment.lowerBound), \(moment.upperBound)]]}
            """
        }
        let held = max(1, lines.count / 4)
        try Data(lines.dropLast(held).joined(separator: "\n").utf8).write(to: place("train.jsonl"))
        try Data(lines.suffix(held).joined(separator: "\n").utf8).write(to: place("val.jsonl"))
        let video = kinds.map { "features/\($0)_features" }.joined(separator: ", ")
        try Data(
            """
            name: stripes
            seed: 1
            threads: 1
            model:
              cdnet: {hiddenSize: \(hiddenSize), heads: 2, feedForwardSize: 32, localizerLayers: 1, offsetKernel: 3, inputDropout: 0}
            data: {train: train.jsonl, val: val.jsonl, video: [\(video)], text: text, maxClips: 75}
            optimisation: {epochs: \(epochs), batchSize: 4, learningRate: 3e-3}
            evaluation: {every: \(epochs)}
            output: {directory: run}
            """.utf8
        ).write(to: place("stripes.yaml"))
        return try moments("train", "stripes.yaml")
    }
}
