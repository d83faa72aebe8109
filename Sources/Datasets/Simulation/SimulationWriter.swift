import Annotations
import Foundation
import TensorFiles
import Torch
import WholeFiles

/// Writes simulated features as the published QVHighlights features lie on disk.
///
///     DIR/clip_features/{vid}.npz          features: clips×512
///     DIR/slowfast_features/{vid}.npz      features: clips×2304
///     DIR/clip_text_features/qid{qid}.npz  last_hidden_state: (words+1)×512, pooler_output: 512
///     DIR/simulated.json                   seed, clip length, annotations: what made them
///
/// Files appear whole or not at all, so an interrupted run goes on where it stopped.
public struct SimulationWriter: Sendable {
    /// How numbers are stored.
    public enum Precision: String, CaseIterable, Sendable {
        /// Four bytes, as published.
        case float32
        /// Two bytes: half the disk.
        case float16
    }

    /// The folders, in the order in which a model's features are concatenated in the field, and the text's.
    public static let folders = (slowFast: "slowfast_features", clip: "clip_features", text: "clip_text_features")

    /// The note that marks a folder as simulated.
    public static let noteName = "simulated.json"

    /// What made a folder of features.
    public struct Note: Codable, Equatable, Sendable {
        /// Always true.
        public var simulated = true
        /// The simulator's seed.
        public var seed: UInt64
        /// Seconds.
        public var clipLength: Double
        /// Count of videos.
        public var videos: Int
        /// Count of queries.
        public var queries: Int
        /// A hash of all annotations, so that features of others are not taken for these.
        public var annotations: String
        /// `float32` or `float16`.
        public var precision: String
    }

    private let simulator: FeatureSimulator
    private let folder: URL
    private let precision: Precision

    /// A writer of a simulator's features to a folder.
    public init(_ simulator: FeatureSimulator, to folder: URL, precision: Precision = .float32) {
        self.simulator = simulator
        self.folder = folder
        self.precision = precision
    }

    /// What this writer's note says.
    public var note: Note {
        var hash: UInt64 = 0
        for annotation in simulator.annotations {
            let windows = (annotation.relevantWindows ?? []).map { "\($0.start)-\($0.end)" }.joined(separator: ",")
            let saliency = (annotation.saliencyScores?.values ?? []).map { "\($0)" }.joined(separator: ",")
            let text = [
                "\(annotation.qid)", annotation.query, annotation.vid, "\(annotation.duration)", windows, saliency,
            ].joined(separator: "\t")
            hash = (hash &* 0x100_0000_01b3) ^ SimulationRandom.hash(text)
        }
        return Note(
            seed: simulator.seed, clipLength: simulator.clipLength, videos: simulator.videos.count,
            queries: simulator.annotations.count, annotations: String(hash, radix: 16), precision: precision.rawValue)
    }

    /// Writes what is missing.
    ///
    /// - Parameter progress: Called with the files done and their total count; it returns false to stop early.
    /// - Returns: Whether everything is there.
    /// - Throws: `SimulationError` where the folder holds other features; errors of the file system.
    public func write(progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }) throws -> Bool {
        try prepare()
        let total = simulator.videos.count + simulator.annotations.count
        // A few at a time, each on one thread: their operations are too short to be shared.
        let stretch = 64
        for start in stride(from: 0, to: total, by: stretch) {
            let end = min(start + stretch, total)
            let written = mapInParallel(count: end - start) { index in
                Result { try Libtorch.onOneThread { try withoutGradient { try write(start + index) } } }
            }
            for result in written { try result.get() }
            if !progress(end, total) { return false }
        }
        return true
    }

    /// Writes the files of a video or, behind the videos, of a query, where they are missing.
    private func write(_ index: Int) throws {
        guard index < simulator.videos.count else {
            return try write(simulator.annotations[index - simulator.videos.count])
        }
        let name = simulator.videos[index]
        let (clip, slowFast) = (file(Self.folders.clip, name), file(Self.folders.slowFast, name))
        guard !exists(clip) || !exists(slowFast) else { return }
        let features = simulator.video(name)
        try NPZFile.write(["features": stored(features.clip)], to: clip)
        try NPZFile.write(["features": stored(features.slowFast)], to: slowFast)
    }

    private func write(_ annotation: Annotation) throws {
        let url = file(Self.folders.text, "qid\(annotation.qid)")
        guard !exists(url) else { return }
        let text = simulator.text(annotation)
        try NPZFile.write(
            ["last_hidden_state": stored(text.lastHiddenState), "pooler_output": stored(text.pooled)], to: url)
    }

    private func prepare() throws {
        let noteFile = folder.appendingPathComponent(Self.noteName)
        if exists(noteFile) {
            let found = try? JSONDecoder().decode(Note.self, from: Data(contentsOf: noteFile))
            guard found == note else { throw SimulationError.otherFeatures(folder: folder.path) }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            for name in [Self.folders.clip, Self.folders.slowFast, Self.folders.text] {
                try FileManager.default.createDirectory(
                    at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            try encoder.encode(note).writeWhole(to: noteFile)
        } catch {
            throw SimulationError.unwritable(folder: folder.path, reason: error.localizedDescription)
        }
    }

    private func file(_ subfolder: String, _ name: String) -> URL {
        folder.appendingPathComponent(subfolder).appendingPathComponent(name + ".npz")
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    private func stored(_ tensor: Tensor) -> StoredTensor {
        switch precision {
        case .float32: StoredTensor(tensor.floats(), shape: tensor.shape)
        case .float16: StoredTensor(tensor.elements(Float16.self), shape: tensor.shape)
        }
    }
}

/// Why simulated features were not written.
public enum SimulationError: Error, Equatable, CustomStringConvertible {
    /// The folder holds features of another seed or of other annotations.
    case otherFeatures(folder: String)
    /// The folder cannot be made or written.
    case unwritable(folder: String, reason: String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .otherFeatures(let folder):
            """
            \(folder) holds simulated features of another seed, precision, clip length or of other annotations \
            (see \(SimulationWriter.noteName) there). Name another folder, or remove this one.
            """
        case .unwritable(let folder, let reason): "\(folder) cannot be written: \(reason)"
        }
    }
}
