import Annotations
import Encoders
import Foundation
import TensorFiles
import Torch

/// Feature files of sentences, named by their queries: `clip_text_features/qid7.npz`.
struct ExtractedSentences {
    let folder: URL
    let clip: VideoEncoder.Part<CLIP>
    let clipLength: Double

    /// Tokens of a sentence at most, as published features have them.
    private static let maxTokens = 32
    private static let name = "clip_text_features"

    /// Writes what is not there yet, each file whole or not at all.
    ///
    /// - Parameter progress: Told how many are done; false stops the work.
    /// - Returns: How many were written.
    func write(_ annotations: AnnotationSet, progress: (Int) -> Bool) throws -> Int {
        try FeatureFolder(url: folder).prepare(
            [Self.name],
            .init(
                clipLength: clipLength,
                components: [
                    "clip_text": .init(
                        encoder: clip.encoder.identifier, weights: clip.weights, frames: "none",
                        normalisation: "as CLIP's text tower gives them; \(Self.maxTokens) tokens at most")
                ]))
        let missing = annotations.filter { !FileManager.default.fileExists(atPath: file($0).path) }
        for start in stride(from: 0, to: missing.count, by: 64) {
            guard progress(start) else { throw CancellationError() }
            let part = missing[start..<min(start + 64, missing.count)]
            let encoded = try clip.encoder.encode(sentences: part.map(\.query), maxTokens: Self.maxTokens)
            for (annotation, sentence) in zip(part, encoded) {
                try NPZFile.write(
                    [
                        "last_hidden_state": StoredTensor(sentence.words.to(.float16)),
                        "pooler_output": StoredTensor(sentence.pooled.to(.float16)),
                    ], to: file(annotation))
            }
        }
        return missing.count
    }

    private func file(_ annotation: Annotation) -> URL {
        folder.appendingPathComponent(Self.name).appendingPathComponent("qid\(annotation.qid).npz")
    }
}
