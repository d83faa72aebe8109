import Annotations
import Foundation
import TensorFiles

/// Features in a pack: one memory-mapped file, see ``PackFormat``.
///
/// Opening reads the index. Batches are made by copying rows, and a batch of one video from `float32` without a copy.
///
///     let features = try PackedFeatures(contentsOf: URL(fileURLWithPath: "qvhighlights.pack"))
public struct PackedFeatures: FeatureStore {
    /// What the features are.
    public let recipe: FeatureRecipe
    /// How numbers are stored.
    public let storage: PackFormat.Storage
    private let file: ByteStorage
    private let path: String
    private let videos: [String: PackFormat.Entry]
    private let texts: [String: PackFormat.Entry]

    /// Maps a pack and checks header, length and index, not the blocks; see ``verify()``.
    ///
    /// - Throws: `TensorFileError` where the file is missing, foreign, cut, damaged or of another version.
    public init(contentsOf url: URL) throws {
        let file = try ByteStorage(mapping: url)
        let reader = PackReader(path: url.path)
        let index = try file.withUnsafeBytes { try reader.read($0) }
        self.file = file
        path = url.path
        recipe = index.recipe
        storage = index.storage
        videos = index.videos
        texts = index.texts
    }

    /// How many videos there are.
    public var videoCount: Int { videos.count }
    /// How many sentences there are.
    public var textCount: Int { texts.count }

    /// What lies in the pack.
    public var summary: PackSummary {
        PackSummary(
            format: "pack of features, version \(PackFormat.version)", storage: storage.dtype.rawValue,
            videos: videos.count, clips: videos.values.reduce(0) { $0 + $1.rows },
            sentences: texts.count, words: texts.values.reduce(0) { $0 + $1.rows },
            bytes: file.count, recipe: recipe)
    }

    /// The rows of a video, where they lie.
    ///
    /// - Throws: ``FeatureError`` where it was not packed.
    public func video(for annotation: Annotation) throws -> VideoFeatures {
        guard let entry = videos[annotation.vid] else {
            throw missing(.video, annotation, "video \(annotation.vid)")
        }
        let rows = PackedRows(
            file: file, offset: entry.offset, count: entry.rows, width: recipe.videoWidth, storage: storage,
            endpoints: recipe.temporalEndpoints)
        return VideoFeatures(clips: rows, clipLength: entry.clipLength)
    }

    /// The rows of a sentence, where they lie.
    ///
    /// - Throws: ``FeatureError`` where it was not packed.
    public func text(for annotation: Annotation) throws -> TextFeatures {
        guard let entry = texts[annotation.qid.json] else {
            throw missing(.text, annotation, "query \(annotation.qid)")
        }
        let words = PackedRows(
            file: file, offset: entry.offset, count: entry.rows, width: recipe.textWidth, storage: storage)
        let pooled = recipe.pooledWidth.map { width in
            let offset = entry.offset + entry.rows * recipe.textWidth * storage.itemSize
            return PackedRows(file: file, offset: offset, count: 1, width: width, storage: storage)
        }
        return TextFeatures(words: words, pooled: pooled)
    }

    private func missing(_ subject: FeatureError.Subject, _ annotation: Annotation, _ what: String) -> FeatureError {
        FeatureError(
            subject: subject, query: annotation.qid.description, video: annotation.vid,
            problem: .missing(tried: ["\(path): \(what)"]))
    }

    /// Reads every block and compares its checksum.
    ///
    /// - Throws: `TensorFileError` that names the first damaged block.
    public func verify() throws {
        for (subject, entries) in [("video", videos), ("query", texts)] {
            for (name, entry) in entries {
                let count = PackReader.blockSize(
                    subject == "video" ? .video : .text, rows: entry.rows, recipe, storage)!
                let checksum = file.withUnsafeBytes {
                    PackChecksum.of(UnsafeRawBufferPointer(rebasing: $0[entry.offset..<entry.offset + count]))
                }
                if checksum != entry.checksum {
                    throw TensorFileError(file: path, part: "\(subject) \(name)", problem: .checksumMismatch)
                }
            }
        }
    }
}

/// Rows in a mapped pack.
struct PackedRows: FeatureRows {
    let file: ByteStorage
    let offset: Int
    let count: Int
    let width: Int
    let storage: PackFormat.Storage
    /// Whether the last two columns are endpoints, which half precision would spoil.
    var endpoints = false

    var inPlace: (bytes: UnsafeRawBufferPointer, owner: AnyObject)? {
        guard storage == .float32 else { return nil }
        return (UnsafeRawBufferPointer(start: file.base + offset, count: count * width * 4), file)
    }

    func write(to destination: UnsafeMutablePointer<Float>) {
        switch storage {
        case .float32:
            file.withUnsafeBytes { bytes in
                UnsafeMutableRawPointer(destination).copyMemory(
                    from: bytes.baseAddress! + offset, byteCount: count * width * 4)
            }
        case .float16:
            StoredTensor(dtype: .float16, shape: [count, width], storage: file, byteOffset: offset)
                .copyFloats(into: UnsafeMutableBufferPointer(start: destination, count: count * width))
            if endpoints { RowKernel.writeEndpoints(count: count, width: width, to: destination) }
        }
    }
}
