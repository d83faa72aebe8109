/// What is painted on a thing.
public enum Texture: String, CaseIterable, Codable, Hashable, Sendable {
    case plain, striped, dotted, checked
}

/// How large a thing is.
public enum Size: String, CaseIterable, Codable, Hashable, Sendable {
    case small, medium, large

    /// Half of its extent, where half of the picture's shorter side is 1.
    var radius: Double {
        switch self {
        case .small: 0.26
        case .medium: 0.34
        case .large: 0.44
        }
    }
}

/// A thing of the small world, before anything happens to it.
public struct Thing: Codable, Hashable, Sendable {
    /// Its shape, which never changes.
    public var shape: Shape
    /// Its colour at first.
    public var colour: Colour
    /// What is painted on it.
    public var texture: Texture
    /// Its size at first.
    public var size: Size

    /// Whether one sees it turn, in a few small pictures too: five or six equal parts alone would not show it.
    var showsTurning: Bool {
        guard shape == .star || shape == .flower else { return shape.showsTurning }
        return texture == .striped || texture == .checked
    }
}
