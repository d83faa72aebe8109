import Foundation

/// A short piece of a scene and what is done in it: what a network for actions learns from.
public struct ActionClip: Hashable, Sendable {
    /// When it begins, in seconds, and how long it lasts.
    public let start, length: Double
    /// The events that it shows for some time.
    public let events: [Scene.Event]

    /// What can be said of a clip: every action, and the shapes and colours of those who act.
    public static let labels: [String] =
        Action.allCases.map(\.rawValue) + Shape.allCases.map(\.rawValue) + Colour.allCases.map(\.rawValue)
}

extension Scene.Event {
    /// Who takes part, by their places among the scene's actors.
    public var cast: Set<Int> { Set([actor, partner].compactMap { $0 }) }
}

extension Scene {
    /// The piece of the scene from a time on.
    ///
    /// - Parameters:
    ///   - start: When it begins, in seconds.
    ///   - length: How long it lasts, in seconds.
    ///   - least: For how many seconds an event must be shown to count.
    ///   - cast: The actors that are seen; nil for all. What others do does not count.
    public func clip(
        from start: Double, length: Double, least: Double = 0.6, cast: Set<Int>? = nil
    ) -> ActionClip {
        let shown = events.filter { event in
            guard cast?.isSuperset(of: event.cast) ?? true else { return false }
            let span = span(of: event)
            return min(span.end, start + length) - max(span.start, start) >= least
        }
        return ActionClip(start: start, length: length, events: shown)
    }

    /// Which of ``ActionClip/labels`` hold for a clip.
    public func labels(of clip: ActionClip) -> [Bool] {
        var actions: Set<Action> = []
        var shapes: Set<Shape> = []
        var colours: Set<Colour> = []
        for event in clip.events {
            actions.insert(event.action)
            for doer in [event.actor] + (event.action == .collide ? [event.partner].compactMap { $0 } : []) {
                shapes.insert(actors[doer].thing.shape)
                colours.insert(actors[doer].anchor(at: span(of: event).start).colour)
            }
            if let colour = event.colour { colours.insert(colour) }
        }
        return Action.allCases.map(actions.contains) + Shape.allCases.map(shapes.contains)
            + Colour.allCases.map(colours.contains)
    }
}
