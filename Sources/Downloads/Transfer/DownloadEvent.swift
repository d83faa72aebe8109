/// What happens on the way of a file.
public enum DownloadEvent: Hashable, Sendable {
    /// Another process downloads the same file; this one waits for it.
    case waiting
    /// A file that was there is read to check it.
    case checking
    /// What an earlier try left is kept, and the rest is asked for.
    case resuming(at: Int)
    /// It begins from the start, though there was something, and why.
    case restarting(because: String)
    /// Bytes that are there, of how many; nil where the server does not say.
    case progress(received: Int, total: Int?)
    /// It failed, and is tried again.
    case retrying(because: DownloadError, try: Int, of: Int, delay: Double)
    /// An archive is being unpacked.
    case unpacking(entries: Int, bytes: Int)
}

/// How a file came to be where it is.
public enum DownloadOutcome: Hashable, Sendable {
    /// It was there already, with this hash; an archive that is unpacked already has none.
    case present(sha256: String?)
    /// It came, with this hash and size.
    case fetched(sha256: String, byteCount: Int)
}
