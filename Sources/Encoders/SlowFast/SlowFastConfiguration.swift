/// The sizes of a SlowFast network: two pathways over the same frames (Feichtenhofer et al., 2019).
public struct SlowFastConfiguration: Codable, Hashable, Sendable {
    /// Frames that the fast pathway sees.
    public var frames = 32

    /// SlowFast 8×8 R50.
    public init() {}
}
