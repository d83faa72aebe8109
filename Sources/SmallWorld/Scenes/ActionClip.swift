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

    /// Who does it: both, where two collide.
    var doers: [Int] { [actor] + (action == .collide ? [partner].compactMap { $0 } : []) }
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
            for doer in event.doers {
                shapes.insert(actors[doer].thing.shape)
                colours.insert(actors[doer].anchor(at: span(of: event).start).colour)
            }
            if let colour = event.colour { colours.insert(colour) }
        }
        return Action.allCases.map(actions.contains) + Shape.allCases.map(shapes.contains)
            + Colour.allCases.map(colours.contains)
    }

    /// Which of ``ActionClip/labels`` hold for each place of the picture: what things are there, and what they do.
    ///
    /// - Parameters:
    ///   - times: When the picture is looked at, in seconds. A thing is wherever it is seen at one of them.
    ///   - side: The middle square is divided into so many rows and columns.
    ///   - cast: The actors that are seen; nil for all.
    /// - Returns: Rows, columns, labels.
    public func placeLabels(
        of clip: ActionClip, at times: [Double], side: Int, cast: Set<Int>? = nil
    ) -> [Bool] {
        let width = ActionClip.labels.count
        var labels = [Bool](repeating: false, count: side * side * width)
        for time in times {
            for index in actors.indices where cast?.contains(index) ?? true && visibility(of: index, at: time) > 0.3 {
                guard let place = place(of: index, at: time, side: side) else { continue }
                for label in labelPlaces(of: index, at: time, in: clip) { labels[place * width + label] = true }
            }
        }
        return labels
    }

    /// In which of side×side places of the middle square an actor's middle is; nil where it is in none.
    private func place(of actor: Int, at time: Double, side: Int) -> Int? {
        guard let pose = actors[actor].pose(at: time) else { return nil }
        let spot = pose.place - surroundings.camera(at: time)
        let (column, row) = ((spot.x + 1) / 2 * Double(side), (spot.y + 1) / 2 * Double(side))
        guard min(column, row) >= 0, max(column, row) < Double(side) else { return nil }
        return Int(row) * side + Int(column)
    }

    /// Where, among ``ActionClip/labels``, that stands which an actor is at a time and does in a clip.
    private func labelPlaces(of actor: Int, at time: Double, in clip: ActionClip) -> [Int] {
        let (actions, shapes, colours) = (Action.allCases, Shape.allCases, Colour.allCases)
        let done = clip.events.filter { $0.doers.contains(actor) }.compactMap { actions.firstIndex(of: $0.action) }
        let shape = shapes.firstIndex(of: actors[actor].thing.shape).map { actions.count + $0 }
        let colour = colours.firstIndex(of: actors[actor].colour(at: time))
            .map { actions.count + shapes.count + $0 }
        return done + [shape, colour].compactMap { $0 }
    }
}
