import Annotations
import Foundation

/// A sentence about a scene with its ground truth, in QVHighlights' form and to the frame.
public struct SceneAnnotation: Hashable, Sendable {
    /// The annotation; windows lie on the grid of clips.
    public let annotation: Annotation
    /// The moments to the frame, in seconds.
    public let exactWindows: [Window]
    /// Whether training never shows the thing with the action.
    public let isUnseen: Bool

    /// Seconds a clip.
    public static let clipLength = 2.0

    /// A line of JSON Lines: QVHighlights' fields, and `exact_windows` and `unseen` after them.
    public var json: String {
        let windows = exactWindows.map { "[\(Self.text($0.start)), \(Self.text($0.end))]" }.joined(separator: ", ")
        return annotation.json.dropLast() + ", \"exact_windows\": [\(windows)], \"unseen\": \(isUnseen)}"
    }

    private static func text(_ seconds: Double) -> String {
        let rounded = (seconds * 1e4).rounded() / 1e4
        return Int(exactly: rounded).map(String.init) ?? rounded.description
    }
}

extension Scene {
    /// What is annotated of this scene's video.
    ///
    /// - Parameters:
    ///   - vid: The video's name.
    ///   - firstQuery: The number of its first sentence; the others follow.
    ///   - tellings: How often all of it is told.
    public func annotations(vid: String, firstQuery: Int = 1, tellings: Int = 1) -> [SceneAnnotation] {
        sentences(tellings: tellings).enumerated().map { index, sentence in
            let exact = sentence.moments.map {
                Window(
                    start: Double($0.lowerBound) / Double(frameRate), end: Double($0.upperBound) / Double(frameRate))
            }
            var annotation = Annotation(
                qid: .number(firstQuery + index), query: sentence.text, vid: vid, duration: duration,
                relevantWindows: Self.onGrid(exact, duration: duration))
            let clips = annotation.clipIDs(clipLength: SceneAnnotation.clipLength) ?? []
            annotation.relevantClipIDs = clips
            annotation.saliencyScores = saliency(of: sentence, clips: clips, seed: UInt64(index))
            return SceneAnnotation(annotation: annotation, exactWindows: exact, isUnseen: sentence.isUnseen)
        }
    }

    /// Windows to the nearest borders of clips, a clip long at least; those that meet there become one.
    private static func onGrid(_ windows: [Window], duration: Double) -> [Window] {
        let clips = windows.map { window in
            let first = Int((window.start / SceneAnnotation.clipLength).rounded())
            let end = Int((window.end / SceneAnnotation.clipLength).rounded())
            if end > first { return first..<end }
            // It lies around a border: the clip that holds most of it.
            let clip = Int((window.start + window.end) / 2 / SceneAnnotation.clipLength)
            return clip..<(clip + 1)
        }
        return Question.joined(clips).map {
            Window(
                start: Double($0.lowerBound) * SceneAnnotation.clipLength,
                end: Double($0.upperBound) * SceneAnnotation.clipLength)
        }
    }

    // MARK: saliency

    /// What three annotators say of each clip: how clearly it shows what the sentence says, each by a mood of its own.
    private func saliency(of sentence: Sentence, clips: [Int], seed: UInt64) -> AnnotatorScores {
        var random = WorldRandom(seed: self.seed &+ seed, "annotators")
        let moods = (0..<3).map { _ in random.normal(deviation: 0.35) }
        let rows = clips.flatMap { clip in
            let clearness = 0.6 + 3.4 * clearness(of: sentence, clip: clip)
            return moods.map { min(max((clearness + $0 + random.normal(deviation: 0.35)).rounded(), 0), 4) }
        }
        return AnnotatorScores(annotators: 3, values: rows)
    }

    /// How clearly a clip shows a sentence, from 0 to 1: by how much of the clip it fills, by the things' size and
    /// visibility, and by how lively it is.
    func clearness(of sentence: Sentence, clip: Int) -> Double {
        let deeds = [sentence.question.deed, sentence.question.companion].compactMap { $0 }
        let samples = 8
        let frames = (0..<samples).map { sample in
            let time = (Double(clip) + (Double(sample) + 0.5) / Double(samples)) * SceneAnnotation.clipLength
            return Int(time * Double(frameRate))
        }
        let sum = frames.reduce(0) { sum, frame in
            guard sentence.moments.contains(where: { $0.contains(frame) }) else { return sum }
            // Of two things that happen together, the one that shows less.
            let shown = deeds.map { deed in
                events.filter { $0.frames.contains(frame) && deed.matches($0, in: self) }
                    .map { clearness(of: $0, at: Double(frame) / Double(frameRate)) }.max() ?? 0
            }
            return sum + (shown.min() ?? 0)
        }
        return sum / Double(samples)
    }

    private func clearness(of event: Event, at time: Double) -> Double {
        let actor = actors[event.actor]
        guard let pose = actor.pose(at: time) else { return 0 }
        let size = min(actor.radius * pose.scale / 0.36, 1)
        // What blinks is not less clear while it is away.
        let seen =
            event.action == .blink
            ? max(0.7, visibility(of: event.actor, at: time)) : visibility(of: event.actor, at: time)
        return seen * (0.4 + 0.6 * size) * (0.4 + 0.6 * event.liveliness)
    }
}
