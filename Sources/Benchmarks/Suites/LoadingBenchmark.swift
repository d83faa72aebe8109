import Annotations
import Datasets
import Foundation
import TensorFiles
import Torch

/// Features of true sizes from files to batches of 32.
public struct LoadingBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "loading"
    /// One line on what it does.
    public static let summary = "batches of 32 from packs and .npz files of true sizes, files in the page cache"

    /// Videos, each with one query.
    let count: Int

    /// Makes the benchmark.
    public init(count: Int = 64) { self.count = count }

    /// Two kinds of packs and of files.
    public var measurementCount: Int { 4 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        try ScratchFolder.with { folder in
            let annotations = SyntheticDataset(count: count).annotations
            for deflated in [false, true] {
                let place = folder.appendingPathComponent(deflated ? "deflated" : "stored")
                try write(annotations, to: place, deflated: deflated)
            }
            let stored = try features(folder.appendingPathComponent("stored"), annotations)
            let deflated = try features(folder.appendingPathComponent("deflated"), annotations)
            var stores: [(String, any FeatureStore, Int)] = []
            for storage in PackFormat.Storage.allCases {
                let file = folder.appendingPathComponent("\(storage).pack")
                _ = try FeaturePacker(stored, storage: storage).pack(annotations, to: file)
                stores.append(("pack, \(storage)", try PackedFeatures(contentsOf: file), 1))
            }
            stores.append((".npz, stored", stored, 1))
            stores.append((".npz, deflated", deflated, 2))
            for (name, store, workers) in stores where stopwatch.wants(name) {
                let dataset = MomentDataset(annotations: annotations, features: store)
                report(
                    try stopwatch.measure(
                        Self.name, name,
                        detail: "\(count) samples of 75 clips × (2304 + 512), workers: \(workers)",
                        items: count, mostRepetitions: 40
                    ) {
                        let loader = dataset.loader(batchSize: 32, workers: workers)
                        while try loader.next() != nil {}
                        return []
                    })
            }
        }
    }

    /// Writes features as the published ones lie on disk.
    private func write(_ annotations: [Annotation], to folder: URL, deflated: Bool) throws {
        let kinds = [("slowfast_features", 2304), ("clip_features", 512)]
        for name in kinds.map(\.0) + ["clip_text_features"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for (index, annotation) in annotations.enumerated() {
            for (kind, (name, width)) in kinds.enumerated() {
                let values = Tensor.normal([75, width], seed: UInt64(kind), stream: UInt64(index))
                try NPZFile.write(
                    ["features": StoredTensor(values)],
                    to: folder.appendingPathComponent("\(name)/\(annotation.vid).npz"), deflated: deflated)
            }
            let words = Tensor.normal([16, 512], seed: 2, stream: UInt64(index))
            try NPZFile.write(
                ["last_hidden_state": StoredTensor(words), "pooler_output": StoredTensor(words[0])],
                to: folder.appendingPathComponent("clip_text_features/qid\(annotation.qid).npz"), deflated: deflated)
        }
    }

    private func features(_ folder: URL, _ annotations: [Annotation]) throws -> FeatureFiles {
        func source(_ name: String) -> FeatureSource { FeatureSource(folder.appendingPathComponent(name).path) }
        return try FeatureFiles(
            video: [source("slowfast_features"), source("clip_features")], text: source("clip_text_features"),
            annotations: annotations)
    }
}
