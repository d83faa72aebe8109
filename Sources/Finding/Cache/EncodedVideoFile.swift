import Foundation
import Hashing
import TensorFiles
import Torch

/// An encoded video as a safetensors file: an array a component, the rest in the metadata.
enum EncodedVideoFile {
    /// Grows when what a file means changes; files of other versions count as missing.
    private static let version = "2"

    /// The metadata beside the arrays.
    private struct Card: Codable {
        struct Component: Codable {
            var name, encoder: String
            var weights: String?
        }

        var key: String
        var duration, clipLength: Double
        var components: [Component]
        /// SHA-256 of the arrays' bytes.
        var bytes: String
    }

    /// Why a file is no entry.
    private struct Unusable: Error {}

    static func write(_ video: EncodedVideo, key: String, to url: URL) throws {
        var arrays = OrderedTensors()
        for (index, component) in video.components.enumerated() {
            arrays[arrayName(index)] = StoredTensor(component.features)
        }
        let card = Card(
            key: key, duration: video.duration, clipLength: video.clipLength,
            components: video.components.map { .init(name: $0.name, encoder: $0.encoder, weights: $0.weights) },
            bytes: hash(arrays, count: video.components.count))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(card), as: UTF8.self)
        try SafetensorsFile.write(arrays, metadata: ["version": version, "video": text], to: url)
    }

    static func read(_ url: URL, key: String) throws -> EncodedVideo {
        let file = try SafetensorsFile(contentsOf: url)
        guard file.metadata["version"] == version, let text = file.metadata["video"] else { throw Unusable() }
        let card = try JSONDecoder().decode(Card.self, from: Data(text.utf8))
        let arrays = file.all
        guard card.key == key, card.duration > 0, card.duration.isFinite, card.clipLength > 0,
            card.clipLength.isFinite, !card.components.isEmpty, arrays.count == card.components.count,
            card.bytes == hash(arrays, count: card.components.count)
        else { throw Unusable() }
        let components = try card.components.enumerated().map { index, component in
            let array = try file.tensor(named: arrayName(index))
            guard array.dtype == .float32, array.shape.count == 2, array.count > 0 else { throw Unusable() }
            return EncodedVideo.Component(
                name: component.name, encoder: component.encoder, weights: component.weights, features: Tensor(array))
        }
        return EncodedVideo(duration: card.duration, clipLength: card.clipLength, components: components)
    }

    private static func arrayName(_ index: Int) -> String { "features.\(index)" }

    private static func hash(_ arrays: OrderedTensors, count: Int) -> String {
        ContentHash.sha256 { add in
            for index in 0..<count { arrays[arrayName(index)]?.withUnsafeBytes { add($0) } }
        }
    }
}
