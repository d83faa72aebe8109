import Foundation
import TensorFiles
import Torch
import VideoLibrary
import WholeFiles

/// Generated clips in a file, and an index over them. What lies in the folder already is taken as it is.
struct GeneratedLibrary {
    /// What the building of an index took.
    struct Built: Codable {
        let seconds, processorSeconds: Double
        /// The most memory of its own that the process had meanwhile, in bytes; nil where the system does not say.
        let memory: Int?
    }

    /// An index that is there.
    struct Approximate {
        let search: ApproximateSearch
        let built: Built
        /// Of its file.
        let bytes: Int
        /// Shares of the ten nearest clips that are found, of a hundred sentences of each kind.
        let recall, distantRecall: Double
    }

    let clips: GeneratedClips
    let count: Int
    let folder: URL
    /// The clips' vectors, mapped: count×width.
    let vectors: StoredTensor

    var exact: ExactSearch { ExactSearch(vectors) }
    private var index: URL { folder.appendingPathComponent("index.faiss") }
    private var record: URL { folder.appendingPathComponent("index.json") }

    /// Writes the clips that are not there yet, and maps them.
    ///
    /// - Throws: what writing and reading throw.
    init(_ count: Int, of clips: GeneratedClips, in folder: URL) throws {
        (self.clips, self.count, self.folder) = (clips, count, folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("vectors.f16")
        if try Self.size(of: file) != 2 * count * clips.width { try Self.write(count, of: clips, to: file) }
        vectors = StoredTensor(
            dtype: .float16, shape: [count, clips.width], storage: try ByteStorage(mapping: file))
    }

    /// Builds the index where there is none yet, and holds it against the exact search.
    func approximate() throws -> Approximate {
        let known = try? JSONDecoder().decode(Built.self, from: Data(contentsOf: record))
        let (search, built): (ApproximateSearch, Built)
        if let known {
            search = try ApproximateSearch.measured(mapping: index, over: vectors, in: [0..<count]).search
            built = known
        } else {
            (search, built) = try build()
        }
        return Approximate(
            search: search, built: built, bytes: try Self.size(of: index) ?? 0,
            recall: try recall(of: search, clips.sentences(100, part: 1 << 41)),
            distantRecall: try recall(of: search, clips.distantSentences(100, part: 1 << 41)))
    }

    private func build() throws -> (ApproximateSearch, Built) {
        try? FileManager.default.removeItem(at: record)
        let (begun, processor) = (ContinuousClock.now, ProcessStatistics.processorSeconds)
        let (search, memory) = try ProcessStatistics.watchingOwnMemory {
            try ApproximateSearch.built(over: vectors, in: [0..<count], at: index).search
        }
        let built = Built(
            seconds: begun.duration(to: .now) / .seconds(1),
            processorSeconds: ProcessStatistics.processorSeconds - processor, memory: memory)
        try JSONEncoder().encode(built).writeWhole(to: record)
        return (search, built)
    }

    private func recall(of search: ApproximateSearch, _ sentences: [[Float]]) throws -> Double {
        let truth = exact.nearest(to: sentences, count: 10, in: [0..<count])
        return try search.recall(of: sentences, truth: truth, in: [0..<count])
    }

    /// Writes vectors a part at a time.
    private static func write(_ count: Int, of clips: GeneratedClips, to url: URL) throws {
        let draft = try FileDraft(of: url)
        for (part, first) in stride(from: 0, to: count, by: 20_000).enumerated() {
            let rows = withoutGradient { clips.vectors(min(20_000, count - first), part: part) }
            try rows.withUnsafeBytes { try draft.append($0) }
        }
        try draft.place()
    }

    /// Bytes of a file; nil where there is none.
    private static func size(of url: URL) throws -> Int? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try url.resourceValues(forKeys: [.fileSizeKey]).fileSize
    }
}
