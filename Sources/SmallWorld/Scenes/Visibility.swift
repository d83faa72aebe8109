import Foundation

extension Scene {
    /// How much of an actor can be seen at a time, from 0 to 1: what lies in the middle square (which is what encoders see),
    /// is not covered by things in front, and is not faded.
    func visibility(of actor: Int, at time: Double) -> Double {
        guard let pose = actors[actor].pose(at: time) else { return 0 }
        let order = drawingOrder(at: time)
        let place = order.firstIndex(of: actor) ?? 0
        let front = order[(place + 1)...].compactMap { index -> (Point, Double)? in
            guard let pose = actors[index].pose(at: time), pose.opacity > 0.5 else { return nil }
            // A disc that covers about as much as the shape.
            return (pose.place, 0.85 * actors[index].radius * pose.scale)
        }
        let radius = actors[actor].radius * pose.scale
        let seen = Self.disc.count { spot in
            let point = pose.place + spot * radius
            return abs(point.x) < 1 && abs(point.y) < 1 && !front.contains { ($0.0 - point).length < $0.1 }
        }
        return pose.opacity * Double(seen) / Double(Self.disc.count)
    }

    /// Points spread evenly over a disc (Vogel's spiral).
    private static let disc: [Point] = (0..<24).map { index in
        let (radius, angle) = ((Double(index) + 0.5) / 24, Double(index) * 2.399963)
        return Point(x: radius.squareRoot() * cos(angle), y: radius.squareRoot() * sin(angle))
    }
}
