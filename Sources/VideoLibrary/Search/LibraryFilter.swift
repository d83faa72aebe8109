import Foundation

/// Which videos of a library count.
public struct LibraryFilter: Hashable, Sendable {
    /// Only files whose path holds this text, without regard to case; nil for all.
    public var path: String?
    /// Only videos that were added at this time or later.
    public var addedAfter: Date?
    /// Only videos that were added before this time.
    public var addedBefore: Date?
    /// Only videos of these lengths, in seconds.
    public var duration: ClosedRange<Double>?
    /// Videos of which no file is left count as well.
    public var includesGone = false

    /// All videos that are there.
    public init() {}
}
