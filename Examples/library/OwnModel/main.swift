// A model of one's own, trained and scored.
//
//     OwnModel train.jsonl val.jsonl VIDEO_FOLDER TEXT_FOLDER
import Annotations
import Batches
import Datasets
import Evaluation
import Foundation
import Grounding
import Torch
import Training

/// Says of each clip alone how well it fits the mean of the sentence's words. The best stretch is the moment.
final class ClipScorer: GroundingModel {
    let store: ParameterStore
    private let clip, sentence: Linear

    init(_ recipe: FeatureRecipe, width: Int = 32, seed: UInt64 = 0) {
        store = ParameterStore(seed: seed)
        clip = Linear(store.root / "clip", recipe.videoWidth, width)
        sentence = Linear(store.root / "sentence", recipe.textWidth, width)
    }

    /// B×L.
    private func logits(_ batch: Batch) -> Tensor {
        let words = batch.textMask.to(.float32).unsqueezed(-1)
        let mean = (batch.text * words).sum(1) / words.sum(1)
        return (clip(batch.video) * sentence(mean).unsqueezed(1)).sum(-1)
    }

    func loss(_ batch: Batch) -> Loss {
        guard let targets = batch.targets else { fatalError("training needs moments") }
        let own = batch.videoMask.to(.float32)
        let entropy = logits(batch).binaryCrossEntropy(withLogits: targets.inMoment.to(.float32)) * own
        return Loss(total: entropy.sum() / own.sum(), parts: [])
    }

    func ground(_ batch: Batch) -> [Grounding] {
        let scores = withoutGradient { logits(batch).sigmoid() }
        return batch.queries.enumerated().map { row, query in
            let values = scores[row, 0..<batch.clipCounts[row]].doubles()
            let best = values.indices.max { values[$0] < values[$1] } ?? 0
            let first = values[..<best].lastIndex { $0 < values[best] / 2 }.map { $0 + 1 } ?? 0
            let last = values[best...].firstIndex { $0 < values[best] / 2 } ?? values.count
            let span = Span(Double(first) * query.clipLength, min(Double(last) * query.clipLength, query.duration))
            return Grounding(moments: [RankedMoment(span, score: values[best])], saliency: values)
        }
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 5 else { fatalError("usage: OwnModel TRAIN.jsonl VAL.jsonl VIDEO_FOLDER TEXT_FOLDER") }
let (train, val) = (
    try AnnotationSet(contentsOf: URL(fileURLWithPath: arguments[1])),
    try AnnotationSet(contentsOf: URL(fileURLWithPath: arguments[2]))
)
let features = try FeatureFiles(
    video: [FeatureSource(arguments[3])], text: FeatureSource(arguments[4]), annotations: train)
let queries = MomentDataset(annotations: train, features: features)
try queries.check(.headers).requireGood(arguments[1])

let model = ClipScorer(features.recipe)
let optimiser = AdamW(model.store.parameters, learningRate: 1e-2)
for epoch in 0..<10 {
    model.store.isTraining = true
    let loader = queries.loader(batchSize: 16, shuffleSeed: 0, epoch: epoch)
    var losses: [Double] = []
    while let batch = try loader.next() {
        let loss = model.loss(batch)
        model.store.clearGradients()
        loss.total.backward()
        optimiser.step()
        losses.append(loss.total.item())
    }
    print(String(format: "epoch %d  loss %.4f", epoch + 1, losses.reduce(0, +) / Double(losses.count)))
}
let answers = try Predictor().predictions(of: model, for: MomentDataset(annotations: val, features: features))
print(ScoreTable(try ScoreReport(answers, annotations: val, benchmark: .qvhighlights)))
