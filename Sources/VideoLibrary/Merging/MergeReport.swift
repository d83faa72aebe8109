/// What a merge did.
public struct MergeReport: Sendable, Equatable {
    /// Videos whose encoding was taken over.
    public var merged = 0
    /// Videos that were there already, by content.
    public var known = 0
    /// Videos whose features are missing or damaged where they come from, by hash; indexing their files mends that.
    public var damaged: [String] = []
    /// Files that were not known.
    public var files = 0
    /// Whether it was stopped before the end; the same call goes on.
    public var wasStopped = false

    /// Nothing yet.
    public init() {}
}
