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
        case .small: 0.22
        case .medium: 0.29
        case .large: 0.36
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
}
