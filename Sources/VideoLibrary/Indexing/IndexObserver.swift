/// Who is told how indexing goes.
public protocol IndexObserver: AnyObject {
    /// Work on a file begins.
    func began(_ path: String, index: Int, of count: Int)
    /// So many seconds of the video are encoded; false stops after what is done so far has been kept.
    func encoded(_ seconds: Double, of total: Double?) -> Bool
    /// A file is done.
    func finished(_ path: String, _ outcome: IndexOutcome)
}

/// What became of a file.
public enum IndexOutcome: Sendable, Equatable {
    /// It is as it was.
    case unchanged
    /// Its content is known, from another place or from before.
    case known
    /// It was encoded.
    case encoded(clips: Int)
    /// It could not be read.
    case failed(String)
}

/// What an indexing call did.
public struct IndexReport: Sendable, Equatable {
    /// Files whose content was encoded.
    public var encoded = 0
    /// Files as they were.
    public var unchanged = 0
    /// Files whose content was known: moved, copied, or seen before.
    public var known = 0
    /// Files that could not be read, with the reason.
    public var failed: [String: String] = [:]
    /// Files that are no longer where they were.
    public var gone: [String] = []
    /// Whether it was stopped before the end.
    public var wasStopped = false

    /// Nothing yet.
    public init() {}
}
