/// How patient a download is, and what it never does.
public struct TransferSettings: Hashable, Sendable {
    /// Seconds until a connection must stand.
    public var connectTimeout = 20.0
    /// Seconds without a byte after which a transfer counts as stalled.
    public var stallTimeout = 60.0
    /// How often it is tried again after a failure that may pass.
    public var retries = 5
    /// Seconds before the first new try; each later one waits twice as long.
    public var firstDelay = 1.0
    /// Seconds that no wait exceeds.
    public var longestDelay = 30.0
    /// Bytes after which a broken try counts as a success, so that a long download over a bad line gets its retries anew.
    public var progressThatCounts = 8 << 20
    /// How many redirections are followed.
    public var redirections = 5
    /// Bytes that no file exceeds.
    public var byteLimit = 1 << 37
    /// What an archive may unpack to.
    public var archiveLimits = ArchiveLimits()

    /// The defaults.
    public init() {}
}
