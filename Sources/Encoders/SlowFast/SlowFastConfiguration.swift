/// The sizes of a SlowFast network: two pathways over the same frames (Feichtenhofer et al., 2019).
public struct SlowFastConfiguration: Codable, Hashable, Sendable {
    /// Frames of a clip; the fast pathway sees all of them.
    public var frames = 32
    /// α: the slow pathway sees one of so many frames.
    public var frameRatio = 4
    /// Channels of the slow pathway's stem; later stages have multiples of it.
    public var width = 64
    /// Channels of the fast pathway's stem: β times the slow pathway's.
    public var fastWidth = 8
    /// Channels that a lateral connection makes of one of the fast pathway's.
    public var fusionRatio = 2
    /// Residual blocks of the four stages.
    public var blocks = [3, 4, 6, 3]
    /// Height and width of a frame in pixels. Others work.
    public var cropSize = 224
    /// Classes of the classifier that published files hold. It plays no part in a feature.
    public var classes = 400

    /// SlowFast 8×8 R50: 8 slow frames and 32 fast ones, ResNet-50's depth.
    public init() {}

    /// Frames that the slow pathway sees.
    public var slowFrames: Int { frames / frameRatio }

    /// Numbers of a feature: the slow pathway's last channels, then the fast one's.
    public var featureSize: Int { channels(stage: blocks.count - 1) }

    /// Channels that a stage hands on, the slow pathway's and the fast one's.
    public func channels(stage: Int) -> Int { outputs(0, stage: stage) + outputs(1, stage: stage) }

    /// Positions, among a clip's frames, of those that the slow pathway sees: spread evenly from the first to the last
    /// and cut to whole numbers, so 0, 4, 8, 13, 17, 22, 26, 31 and not every fourth.
    public var slowPositions: [Int] {
        (0..<slowFrames).map { $0 * (frames - 1) / max(slowFrames - 1, 1) }
    }

    /// Channels inside of a stage's blocks; pathway 0 is the slow one.
    func inner(_ pathway: Int, stage: Int) -> Int { (pathway == 0 ? width : fastWidth) << stage }

    /// Channels that a stage's blocks hand on.
    func outputs(_ pathway: Int, stage: Int) -> Int { 4 * inner(pathway, stage: stage) }
}
