/// The parts of the world: what is learned from, what choices are made on, and what is reported.
public enum WorldSplit: String, CaseIterable, Codable, Hashable, Sendable {
    case train, val, test

    /// Whether a thing of this shape may do this here.
    ///
    /// Every shape has one action that only `val` shows and one that only `test` shows. So both hold combinations that
    /// training has never seen, of shapes and actions that it knows.
    public func allows(_ shape: Shape, _ action: Action) -> Bool {
        if action == .spin && !shape.showsTurning { return false }
        guard let home = Self.heldOut(shape, action) else { return true }
        return home == self
    }

    /// The only split that shows a shape with an action; nil where all do.
    public static func heldOut(_ shape: Shape, _ action: Action) -> WorldSplit? {
        guard let pair = heldOutPairs[shape] else { return nil }
        return action == pair.val ? .val : action == pair.test ? .test : nil
    }

    /// For every shape the action that only `val` and the one that only `test` shows.
    public static let heldOutPairs: [Shape: (val: Action, test: Action)] = [
        .circle: (.blink, .grow),
        .square: (.bounce, .circle),
        .triangle: (.recolour, .spin),
        .star: (.grow, .bounce),
        .heart: (.spin, .blink),
        .cross: (.enter, .recolour),
        .ring: (.circle, .shrink),
        .moon: (.leave, .hide),
        .arrow: (.collide, .leave),
        .flower: (.shrink, .enter),
    ]
}
