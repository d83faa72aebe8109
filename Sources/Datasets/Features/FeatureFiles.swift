import Annotations
import Foundation
import TensorFiles

/// Features as the field publishes them: a file a video and a query, or one file with an array for each.
///
/// Kinds of video features are normalised each on its own, concatenated in the order given, cut to the shortest
/// and to the most clips; then the temporal endpoints are added.
///
///     let features = try FeatureFiles(
///         video: [FeatureSource("slowfast_features"), FeatureSource("clip_features")],
///         text: FeatureSource("clip_text_features"), annotations: train)
public struct FeatureFiles: FeatureStore {
    /// What the features are; the widths are those of the first good annotation.
    public let recipe: FeatureRecipe
    private let video: [FeatureContainer]
    private let text: FeatureContainer
    private let settings: FeatureSettings

    /// Opens folders and files, and learns the widths from the first annotation that has good features.
    ///
    /// - Throws: ``FeatureSetupError`` where a place or a pattern is wrong; the first annotation's ``FeatureError``
    ///   where none of the first hundred has features; `TensorFileError` for a single file that cannot be read.
    public init(
        video: [FeatureSource], text: FeatureSource, settings: FeatureSettings = FeatureSettings(),
        annotations: some Sequence<Annotation>
    ) throws {
        guard !video.isEmpty else {
            throw FeatureSetupError(path: text.path, reason: "no video features are named beside these text features.")
        }
        guard settings.clipLength > 0, settings.maxClips ?? 1 > 0, settings.maxWords ?? 1 > 0 else {
            throw FeatureSetupError(path: text.path, reason: "clip length, most clips and most words must be positive.")
        }
        self.video = try video.map { try FeatureContainer($0, .video, settings: settings) }
        self.text = try FeatureContainer(text, .text, settings: settings)
        self.settings = settings
        recipe = try Self.recipe(self.video, self.text, settings, annotations)
    }

    private static func recipe(
        _ video: [FeatureContainer], _ text: FeatureContainer, _ settings: FeatureSettings,
        _ annotations: some Sequence<Annotation>
    ) throws -> FeatureRecipe {
        var first: (any Error)?
        for annotation in annotations.prefix(100) {
            let key = FeatureKey(annotation)
            do {
                let clips = try video.map { try $0.find(key).main.checked(.video, key, width: nil) }
                let words = try text.find(key, beside: pooledArray)
                let cards = (video + [text]).compactMap(\.card)
                return FeatureRecipe(
                    video: zip(video, clips).map { $0.component(width: $1.tensor.shape[1]) },
                    text: text.component(width: try words.main.checked(.text, key, width: nil).tensor.shape[1]),
                    pooledWidth: try words.beside?.asRow(key).tensor.shape[1], settings: settings,
                    simulated: cards.contains { $0.simulated == true })
            } catch let error as FeatureError {
                first = first ?? error
            }
        }
        throw first ?? FeatureSetupError(path: text.title, reason: "there are no annotations to find features for.")
    }

    static let pooledArray = "pooler_output"

    /// Finds the files of a video and maps them.
    ///
    /// - Throws: ``FeatureError``.
    public func video(for annotation: Annotation) throws -> VideoFeatures {
        let key = FeatureKey(annotation)
        var parts: [FoundArray] = []
        for (container, component) in zip(video, recipe.video) {
            let part = try container.find(key).main.checked(.video, key, width: component.width)
            let expected = recipe.expectedClips(duration: key.duration)
            if Double(part.tensor.shape[0]) < settings.leastCoverage * Double(expected) {
                let problem = FeatureError.Problem.tooShort(clips: part.tensor.shape[0], expected: expected)
                throw key.error(.video, part.file, problem)
            }
            parts.append(part)
        }
        let shortest = parts.map { $0.tensor.shape[0] }.min()!
        let count = min(shortest, settings.maxClips ?? .max)
        let sampled = count < shortest && settings.longVideos == .sample
        let rows = FileRows(
            parts, count: count, normalised: settings.normalised, endpoints: settings.temporalEndpoints,
            sampledFrom: sampled ? shortest : nil, .video, key)
        let stretch = sampled ? Double(shortest) / Double(count) : 1
        return VideoFeatures(clips: rows, clipLength: settings.clipLength * stretch)
    }

    /// Finds the file of a sentence and maps it.
    ///
    /// - Throws: ``FeatureError``.
    public func text(for annotation: Annotation) throws -> TextFeatures {
        let key = FeatureKey(annotation)
        let found = try text.find(key, beside: Self.pooledArray)
        let words = try found.main.checked(.text, key, width: recipe.textWidth)
        let count = min(words.tensor.shape[0], settings.maxWords ?? .max)
        var pooled: FileRows?
        if let width = recipe.pooledWidth {
            guard let row = found.beside else {
                throw key.error(.text, words.file, .noArray(wanted: Self.pooledArray, available: []))
            }
            let part = try row.asRow(key).checked(.text, key, width: width)
            pooled = FileRows([part], count: 1, normalised: settings.normalised, .text, key)
        }
        return TextFeatures(
            words: FileRows([words], count: count, normalised: settings.normalised, .text, key), pooled: pooled)
    }
}

extension FeatureFiles {
    /// The files of a video or a sentence, found by name.
    public func origins(of subject: FeatureError.Subject, for annotation: Annotation) throws -> [FeatureOrigin] {
        let key = FeatureKey(annotation)
        return try (subject == .video ? video : [text]).map { try $0.origin(key) }
    }
}

extension FeatureKey {
    init(_ annotation: Annotation) {
        // Of a video that was rated as a whole the ratings say how many clips it has.
        let rated = annotation.withRatedClips()
        self.init(video: rated.vid, query: rated.qid.description, duration: rated.duration)
    }
}

extension FeatureContainer {
    fileprivate func component(width: Int) -> FeatureRecipe.Component {
        FeatureRecipe.Component(name: title, width: width, encoder: card?.encoder, weights: card?.weights)
    }
}

extension FoundArray {
    /// The array itself where it is a matrix with rows, of the width where one is known.
    fileprivate func checked(_ subject: FeatureError.Subject, _ key: FeatureKey, width: Int?) throws -> FoundArray {
        let shape = tensor.shape
        guard shape.count == 2 else { throw key.error(subject, file, .wrongShape(shape)) }
        guard shape[0] > 0, shape[1] > 0 else { throw key.error(subject, file, .empty) }
        if let width, shape[1] != width {
            throw key.error(subject, file, .wrongWidth(found: shape[1], expected: width))
        }
        return self
    }

    /// A vector, or a matrix with one row, as the latter.
    fileprivate func asRow(_ key: FeatureKey) throws -> FoundArray {
        guard tensor.count > 0, tensor.shape.last == tensor.count else {
            throw key.error(.text, file, .wrongShape(tensor.shape))
        }
        return FoundArray(tensor: tensor.reshaped([1, tensor.count]), file: file)
    }
}
