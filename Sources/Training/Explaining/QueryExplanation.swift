import Annotations
import Batches
import Datasets
import Foundation
import Grounding
import Torch

/// What several trained models make of one query, and of those that can say it, why.
///
///     let explained = try QueryExplanation(annotation, of: [cdnet, momentDETR], top: 3)
///     try explained.plot.svg().write(toFile: "why.svg", atomically: true, encoding: .utf8)
public struct QueryExplanation: Sendable {
    /// One model's answer.
    public struct Model: Sendable {
        /// The run's name.
        public let name: String
        /// Moments, best first, as many as were asked for.
        public let moments: [RankedMoment]
        /// Saliency of each clip.
        public let saliency: [Double]
        /// What a CDNet saw; nil for other models.
        public let cdnet: CDNetExplanation?
        /// Whether it learned from simulated features.
        public let isSimulated: Bool
    }

    /// The query with its ground truth, as far as it is known.
    public let annotation: Annotation
    /// Seconds a clip.
    public let clipLength: Double
    /// A label for each word's row of the text features.
    public let words: [String]
    /// In the order given.
    public let models: [Model]

    /// Asks each model, with the features that it learned from.
    ///
    /// - Parameters:
    ///   - annotation: The query, with its ground truth as far as it is known.
    ///   - runs: The models; features are looked for where they lay in training.
    ///   - top: How many moments of each are kept.
    /// - Throws: what opening and reading features throws.
    public init(_ annotation: Annotation, of runs: [TrainedModel], top: Int) throws {
        self.annotation = annotation
        var models: [Model] = []
        var clipLength = 2.0
        var words = 0
        for run in runs {
            let query = try SingleQuery(run.dataset([annotation]))
            let batch = try query.dataset.batch([0]).to(run.model.store.device)
            clipLength = query.clipLength
            words = max(words, batch.wordCounts[0])
            let answer = run.model.ground(batch)[0]
            models.append(
                Model(
                    name: run.metadata.configuration.name, moments: Array(answer.moments.prefix(top)),
                    saliency: answer.saliency, cdnet: (run.model as? CDNet)?.explanations(of: batch)[0],
                    isSimulated: run.isSimulated))
        }
        self.models = models
        self.clipLength = clipLength
        self.words = Self.labels(annotation.query, count: words)
    }

    /// The sentence's words where there are as many as rows, or as many and a start and an end, as CLIP's tokenizer makes
    /// of a sentence of common words; else the rows' numbers. Feature files do not say which row is which word.
    static func labels(_ sentence: String, count: Int) -> [String] {
        var words: [String] = []
        for character in sentence.lowercased() {
            let isLetter = character.isLetter || character.isNumber || character == "'"
            if character.isWhitespace {
                words.append("")
            } else if isLetter, let last = words.last,
                last.last.map({ $0.isLetter || $0.isNumber || $0 == "'" }) ?? true
            {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
        }
        words.removeAll(where: \.isEmpty)
        if words.count == count { return words }
        if words.count + 2 == count { return ["‹start›"] + words + ["‹end›"] }
        return (0..<count).map { "word \($0 + 1)" }
    }
}
