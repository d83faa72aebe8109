import Encoders
import Foundation
import Media
import SmallWorld

/// Short clips for SlowFast, each with what is done in it and by whom.
struct MotionSamples: Sendable {
    let world: World
    let scenes: Int
    let model: SlowFastConfiguration
    let anywhere: Double
    /// The share of clips, at a step, that show nobody but those who act.
    let alone: @Sendable (_ step: Int) -> Double
    let seed: UInt64

    struct Sample: Sendable {
        /// T×H×W×3 bytes.
        let pixels: [UInt8]
        /// For each of ``ActionClip/labels`` 1 or 0.
        let labels: [Float]
        /// The same for each place: rows, columns, labels.
        let placeLabels: [Float]
    }

    /// Seconds of a clip, as features have them.
    static let length = 2.0
    /// The stage whose places are taught: small enough that a place sees a whole thing, large enough that it sees one.
    static let placeStage = 2
    /// Rows and columns of that stage: the stem, its pooling and every stage but the first halve them.
    var placeSide: Int { (0..<(Self.placeStage + 2)).reduce(model.cropSize) { side, _ in (side + 1) / 2 } }

    /// A step's samples, each of a scene of its own.
    func batch(step: Int, count: Int) -> [Sample] {
        (0..<count).map { sample(seed: seed &+ UInt64(step) &* 0x1_0000 &+ UInt64($0), alone: alone(step)) }
    }

    private func sample(seed: UInt64, alone: Double) -> Sample {
        var random = WorldRandom(seed: seed, "motion")
        let scene = world.scene(.train, random.integer(0...(scenes - 1)))
        // Actions before events, so that the rare ones are shown as often.
        let action = random.pick(Action.allCases.filter { action in scene.events.contains { $0.action == action } })
        let event = random.pick(scene.events.filter { $0.action == action })
        let frame =
            random.chance(anywhere)
            ? random.integer(0...(scene.frameCount - 1))
            : random.integer(event.frames.lowerBound...(event.frames.upperBound - 1))
        return sample(of: scene, around: frame, cast: random.chance(alone) ? event.cast : nil)
    }

    /// The clip around a frame, as far as the scene has one; of some actors only where a cast is given.
    func sample(of scene: Scene, around frame: Int, cast: Set<Int>? = nil) -> Sample {
        let middle = Double(frame) / Double(scene.frameRate)
        let start = min(max(middle - Self.length / 2, 0), scene.duration - Self.length)
        // What the extractor's sampling shows of the clip; less than all of it where the frame rate is low.
        let times = times(rate: scene.frameRate, from: (start * Double(scene.frameRate)).rounded(.down))
        let seen = (times.last ?? start) - start
        let renderer = SceneRenderer(scene, square: model.cropSize, cast: cast)
        var drawn: [Double: [UInt8]] = [:]
        var pixels: [UInt8] = []
        for time in times {
            let frame = drawn[time] ?? renderer.frame(at: time).pixels
            drawn[time] = frame
            pixels += frame
        }
        let clip = scene.clip(from: start, length: seen, least: min(0.6, seen / 2), cast: cast)
        let places = scene.placeLabels(of: clip, at: Array(drawn.keys), side: placeSide, cast: cast)
        return Sample(
            pixels: pixels, labels: scene.labels(of: clip).map { $0 ? 1 : 0 }, placeLabels: places.map { $0 ? 1 : 0 })
    }

    /// The times of the source's frames that a clip's samples show, from a frame of the source on.
    private func times(rate: Int, from first: Double) -> [Double] {
        let sampler = ClipFrameSampler<Int>(
            clipLength: ClipLength(2), sourceRate: Double(rate), frames: model.frames)
        let stream = Double(ClipFrameSampler<Int>.streamRate)
        return sampler.positions.map { position in
            // The last frame that starts before the middle of the stream's.
            let offset = ((Double(position) + 0.5) / stream * Double(rate)).rounded(.up) - 1
            return (first + max(offset, 0)) / Double(rate)
        }
    }
}
