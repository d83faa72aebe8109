import Foundation
import WholeFiles

/// What a folder of features says of itself, in a file `features.json`. Every entry may be missing.
public struct FeatureCard: Codable, Hashable, Sendable {
    /// The file's name in the folder.
    public static let fileName = "features.json"

    /// What the features are called, such as `clip`.
    public var name: String?
    /// The encoder that made them.
    public var encoder: String?
    /// The hash of the encoder's weights.
    public var weights: String?
    /// Seconds a clip.
    public var clipLength: Double?
    /// Whether no video was ever seen: the features were computed from annotations.
    public var simulated: Bool?

    /// Makes a card.
    public init(
        name: String? = nil, encoder: String? = nil, weights: String? = nil, clipLength: Double? = nil,
        simulated: Bool? = nil
    ) {
        self.name = name
        self.encoder = encoder
        self.weights = weights
        self.clipLength = clipLength
        self.simulated = simulated
    }

    /// The note that the simulator leaves beside its folders. It is read as a card, so nobody takes such features for real.
    static let simulationNote = "simulated.json"

    /// Reads what is said of a folder or file: its own card, or the simulator's note in it or beside it; nil where neither is.
    ///
    /// - Throws: ``FeatureSetupError`` where one is there and cannot be read.
    public static func read(for url: URL) throws -> FeatureCard? {
        let beside = url.deletingLastPathComponent()
        let candidates = [
            url.appendingPathComponent(fileName), url.appendingPathComponent(simulationNote),
            beside.appendingPathComponent(simulationNote),
        ]
        guard let file = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            return nil
        }
        do {
            return try JSONDecoder().decode(FeatureCard.self, from: Data(contentsOf: file))
        } catch {
            throw FeatureSetupError(path: file.path, reason: "this is no description of features: \(error)")
        }
    }

    /// Writes the card into a folder.
    ///
    /// - Throws: what Foundation reports.
    public func write(folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).writeWhole(to: folder.appendingPathComponent(FeatureCard.fileName))
    }
}
