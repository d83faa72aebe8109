import Foundation

/// A set of videos that follow from a seed: which scene is which video.
public struct World: Hashable, Sendable {
    /// Decides all scenes.
    public let seed: UInt64

    /// Goes up whenever the same seed gives other scenes, sentences or pixels than before.
    public static let edition = 4

    /// The world of a seed.
    public init(seed: UInt64) { self.seed = seed }

    /// A video's name, such as `world7-train-0012`.
    public func name(_ split: WorldSplit, _ index: Int) -> String {
        let digits = String(index)
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        return "world\(seed)-\(split.rawValue)-\(zeros)\(digits)"
    }

    /// What a video shows. It does not depend on how many there are.
    public func scene(_ split: WorldSplit, _ index: Int) -> Scene {
        Scene(seed: WorldRandom.mixed(seed &* 0x1_0000_0001 &+ UInt64(index)), split: split)
    }

    /// The sentences of a video with their ground truth; `tellings` times as many as one for every fifteen seconds.
    public func annotations(_ split: WorldSplit, _ index: Int, tellings: Int = 1) -> [SceneAnnotation] {
        let place = WorldSplit.allCases.firstIndex(of: split) ?? 0
        // A telling has fewer than twenty sentences.
        return scene(split, index).annotations(
            vid: name(split, index), firstQuery: (place + 1) * 1_000_000 + 20 * tellings * index + 1,
            tellings: tellings)
    }
}
