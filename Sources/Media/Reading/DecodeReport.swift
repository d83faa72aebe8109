/// What one decoding pass found: measured, where ``VideoInfo`` only repeats the header.
public struct DecodeReport: Hashable, Sendable {
    /// How many pictures were decoded.
    public var decodedFrames = 0
    /// When the first picture is shown, in seconds from the container's start.
    public var start = 0.0
    /// When the last decoded picture ends, in seconds from the container's start.
    public var duration = 0.0
    /// Whether the file was read to its end; not so where all wanted frames came before.
    public var reachedEnd = false
    /// The spans (seconds, ascending, apart from each other) whose pictures are missing or damaged. Frames that fall
    /// into them are the decoder's best guess, or the last picture before them; what follows may be blurred until the
    /// next key frame.
    public var gaps: [Range<Double>] = []
    /// Packets that could not be read or decoded, or that the container marks as damaged.
    public var corruptPackets = 0

    /// Adds a gap behind the others.
    mutating func add(gap: Range<Double>) {
        guard !gap.isEmpty else { return }
        if let last = gaps.last, gap.lowerBound <= last.upperBound + 1e-3 {
            gaps[gaps.count - 1] = last.lowerBound..<max(last.upperBound, gap.upperBound)
        } else {
            gaps.append(gap)
        }
    }
}
