import Annotations
import Batches
import Datasets
import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("Batches against the reference's data set")
struct DatasetGoldenTests {
    private struct Config: Decodable {
        struct Saliency: Decodable {
            let qid: Int
            let aggregatedScores: [Double]
        }
        let clipLength: Double
        let itemsInBatch: Int
        let maxQL: Int
        let maxVL: Int
        let maxWindows: Int
        let saliency: [Saliency]

        init(_ folder: URL) throws {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(Config.self, from: Data(contentsOf: folder.appendingPathComponent("config.json")))
        }
    }

    @Test(
        "features and annotations in, the reference's batch out",
        .enabled(if: !SharedMaterial.goldenCases("dataset").isEmpty),
        arguments: SharedMaterial.goldenCases("dataset"))
    func batchEqualsReference(folder: URL) throws {
        let config = try Config(folder)
        let expected = try SafetensorsFile(contentsOf: folder.appendingPathComponent("expected.safetensors"))
        let annotations = try AnnotationSet(
            contentsOf: folder.appendingPathComponent("train.jsonl"),
            options: AnnotationOptions(clipLength: config.clipLength, policy: .keepGood))
        let features = try FeatureFiles(
            video: ["slowfast", "clip"].map { FeatureSource(folder.appendingPathComponent($0).path) },
            text: FeatureSource(folder.appendingPathComponent("text").path),
            settings: FeatureSettings(
                clipLength: config.clipLength, maxClips: config.maxVL, maxWords: config.maxQL),
            annotations: annotations)
        let dataset = MomentDataset(
            annotations: annotations, features: features,
            settings: DatasetSettings(maxMoments: config.maxWindows, annotatedClipLength: config.clipLength))
        let batch = try dataset.batch(Array(0..<config.itemsInBatch))

        for (name, tensor) in [
            ("batch.src_vid", batch.video), ("batch.src_vid_mask", batch.videoMask), ("batch.src_txt", batch.text),
            ("batch.src_txt_mask", batch.textMask),
        ] {
            let reference = try expected.tensor(named: name)
            #expect(tensor.shape == reference.shape, "\(name)")
            #expect(isClose(tensor.doubles(), reference.doubles(), within: 1e-6), "\(name)")
        }
        let targets = try #require(batch.targets)
        for (item, moments) in targets.moments.enumerated() {
            let scale = Double(batch.clipCounts[item]) * config.clipLength
            let labels = moments.flatMap { [$0.center / scale, $0.length / scale] }
            let reference = try expected.tensor(named: "item\(item).span_labels").doubles()
            #expect(isClose(labels, reference), "item \(item)")
        }
        try checkSaliency(config, annotations, dataset)
    }

    /// Saliency of the relevant clips is a third of the reference's sums; windows and clip ids mark the same clips.
    private func checkSaliency(_ config: Config, _ annotations: AnnotationSet, _ dataset: MomentDataset) throws {
        for (item, wanted) in config.saliency.enumerated() {
            let clips = try #require(annotations[item].relevantClipIDs)
            let targets = try #require(try dataset.batch([item]).targets)
            let saliency = try #require(targets.saliency).doubles()
            let inMoment = targets.inMoment.bools()
            let inside = clips.filter { $0 < saliency.count }
            #expect(isClose(inside.map { saliency[$0] * 3 }, Array(wanted.aggregatedScores.prefix(inside.count))))
            #expect(inMoment.indices.filter { inMoment[$0] } == inside)
        }
    }

    @Test(
        "of more windows than the most, so many different ones are kept, the same each time",
        .enabled(if: !SharedMaterial.goldenCases("dataset").isEmpty), arguments: SharedMaterial.goldenCases("dataset"))
    func choosesWindows(folder: URL) throws {
        let config = try Config(folder)
        let annotations = try AnnotationSet(contentsOf: folder.appendingPathComponent("train.jsonl"))
        let features = try FeatureFiles(
            video: [FeatureSource(folder.appendingPathComponent("clip").path)],
            text: FeatureSource(folder.appendingPathComponent("text").path), annotations: annotations)
        let dataset = MomentDataset(
            annotations: annotations, features: features, settings: DatasetSettings(maxMoments: config.maxWindows))
        for (item, annotation) in annotations.enumerated() {
            let windows = try #require(annotation.relevantWindows)
            let kept = try #require(try dataset.batch([item]).targets).moments[0]
            #expect(kept.count == min(windows.count, config.maxWindows))
            #expect(Set(kept).count == kept.count)
            #expect(kept.allSatisfy { span in windows.contains { $0.start == span.start && $0.end == span.end } })
            #expect(try dataset.batch([item]).targets?.moments[0] == kept)
        }
    }
}
