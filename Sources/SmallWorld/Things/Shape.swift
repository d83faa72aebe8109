/// What a thing looks like.
public enum Shape: String, CaseIterable, Codable, Hashable, Sendable {
    case circle, square, triangle, star, heart, cross, ring, moon, arrow, flower

    /// Whether one sees it turn.
    var showsTurning: Bool { self != .circle && self != .ring }

    /// Whether another thing can disappear behind it.
    var isSolid: Bool { [.circle, .square, .heart, .flower].contains(self) }
}
