import Annotations
import Foundation
import Torch

/// Features of videos and sentences, ready for a model. Many threads may ask at once.
public protocol FeatureStore: Sendable {
    /// What the features are.
    var recipe: FeatureRecipe { get }

    /// Finds a video's features; the numbers are read when they are written to a batch.
    ///
    /// - Throws: ``FeatureError``.
    func video(for annotation: Annotation) throws -> VideoFeatures

    /// Finds a sentence's features.
    ///
    /// - Throws: ``FeatureError``.
    func text(for annotation: Annotation) throws -> TextFeatures

    /// The files that a video's or a sentence's features would be read from. None of them is opened.
    ///
    /// - Throws: ``FeatureError`` where there are none.
    func origins(of subject: FeatureError.Subject, for annotation: Annotation) throws -> [FeatureOrigin]

    /// Looks for damage that reading the features would not show.
    ///
    /// - Throws: `TensorFileError`.
    func verify() throws
}

extension FeatureStore {
    /// Finds the features; they come from no files of their own.
    public func origins(of subject: FeatureError.Subject, for annotation: Annotation) throws -> [FeatureOrigin] {
        switch subject {
        case .video: _ = try video(for: annotation)
        case .text: _ = try text(for: annotation)
        }
        return []
    }

    /// There is none.
    public func verify() throws {}
}

/// A file of features, as it was when somebody looked.
public struct FeatureOrigin: Hashable, Sendable {
    /// The file, and the array in it where it holds those of many.
    public let path: String
    /// Its bytes.
    public let size: Int
    /// When it was last changed, in nanoseconds since 1970.
    public let modified: Int

    /// Nil where there is no such file.
    init?(_ url: URL, array: String? = nil) {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        path = array.map { "\(url.path): \($0)" } ?? url.path
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    }
}

/// Rows of features that were found and measured, and are not yet read.
public protocol FeatureRows: Sendable {
    /// Clips or words.
    var count: Int { get }
    /// Numbers a row.
    var width: Int { get }
    /// The rows' `float32` numbers where they lie in memory just as a model wants them, and what keeps them there.
    var inPlace: (bytes: UnsafeRawBufferPointer, owner: AnyObject)? { get }

    /// Writes ``count`` · ``width`` numbers, row by row.
    ///
    /// - Throws: ``FeatureError`` where a number is not finite or the file turns out to be damaged.
    func write(to destination: UnsafeMutablePointer<Float>) throws
}

extension FeatureRows {
    /// Nil: the rows have to be written.
    public var inPlace: (bytes: UnsafeRawBufferPointer, owner: AnyObject)? { nil }

    /// The rows as a tensor, count×width. Shares the memory where it can.
    ///
    /// - Throws: as ``write(to:)``.
    public func tensor() throws -> Tensor {
        if let (bytes, owner) = inPlace {
            return Tensor(borrowing: bytes, owner: owner, shape: [count, width], dtype: .float32)
        }
        let tensor = Tensor.empty([count, width])
        try tensor.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            try write(to: base.assumingMemoryBound(to: Float.self))
        }
        return tensor
    }
}

/// A video's features.
public struct VideoFeatures: Sendable {
    /// L rows: one a clip.
    public let clips: any FeatureRows
    /// Seconds a clip; longer than the recipe's where a long video was sampled.
    public let clipLength: Double

    /// Makes features.
    public init(clips: any FeatureRows, clipLength: Double) {
        self.clips = clips
        self.clipLength = clipLength
    }
}

/// A sentence's features.
public struct TextFeatures: Sendable {
    /// N rows: one a word (token).
    public let words: any FeatureRows
    /// One row for the whole sentence, where the encoder gives one.
    public let pooled: (any FeatureRows)?

    /// Makes features.
    public init(words: any FeatureRows, pooled: (any FeatureRows)? = nil) {
        self.words = words
        self.pooled = pooled
    }
}
