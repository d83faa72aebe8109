import Foundation

/// Why a download did not come, or cannot be used.
public enum DownloadError: Error, Hashable, Sendable {
    /// The catalogue has no such item.
    case unknownItem(name: String, known: [String])
    /// Nobody published the file's hash, and the user gave none.
    case unpinned(file: String)
    /// What was given as a hash is none.
    case noHash(String)
    /// The user's hash is not the catalogue's.
    case contradicted(file: String, published: String, given: String)
    /// Only the cache was asked, and it lacks files.
    case notInCache(files: [String])
    /// No connection came about.
    case unreachable(host: String, reason: String)
    /// Nothing came for a while.
    case stalled(address: String, seconds: Double)
    /// The connection ended before the file did.
    case brokenOff(address: String, received: Int, expected: Int?)
    /// The server is busy or broken, and stayed so.
    case busy(address: String, status: Int)
    /// The server does not give the file.
    case refused(address: String, status: Int)
    /// The server answers in a way that makes no sense.
    case nonsense(address: String, what: String)
    /// Too many redirections, or one to a place where one does not follow.
    case redirected(from: String, to: String, reason: String)
    /// A page for people came in place of the file.
    case webPage(address: String)
    /// Another size than the file has.
    case wrongSize(address: String, expected: Int, found: Int)
    /// More than anything here is large.
    case tooLarge(address: String, limit: Int)
    /// Other bytes than expected came.
    case wrongHash(address: String, expected: String, found: String)
    /// Other bytes than expected lie at the file's place already.
    case wrongFile(path: String, expected: String, found: String)
    /// The disk has no room.
    case diskFull(path: String, needed: Int?)
    /// A file or folder cannot be made or written.
    case unwritable(path: String, reason: String)
    /// A file cannot be read.
    case unreadable(path: String, reason: String)
    /// An archive is damaged, or would do harm.
    case archive(path: String, problem: ArchiveProblem)
}

/// What is wrong with an archive.
public enum ArchiveProblem: Hashable, Sendable {
    /// It ends too early.
    case truncated
    /// It is no tar.gz, or its bytes are damaged.
    case damaged(String)
    /// An entry would lie outside of the folder.
    case escapes(entry: String)
    /// An entry is a link to outside of the folder, a device or the like.
    case unsafe(entry: String, what: String)
    /// It unpacks to more than is allowed.
    case tooLarge(limit: Int)
    /// It has more entries than are allowed.
    case tooMany(limit: Int)
}

extension DownloadError: CustomStringConvertible, LocalizedError {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .unknownItem(let name, let known):
            "There is nothing called \(name) to download. There are: \(known.joined(separator: ", "))."
        case .unpinned(let file):
            "No hash of \(file) is published, so nothing proves that what comes is the right file. Give one that you know with "
                + "--sha256 HEX, or --trust to accept what comes now and to check against it from then on."
        case .noHash(let text): "\(text) is no SHA-256: 64 hexadecimal digits are expected."
        case .contradicted(let file, let published, let given):
            "The published hash of \(file) is \(published), not \(given)."
        case .notInCache(let files):
            "Not downloaded yet, and --offline asks nobody: \(files.joined(separator: ", "))."
        case .unreachable(let host, let reason):
            "\(host) cannot be reached: \(reason). Check the network; --mirror URL takes the files from another place."
        case .stalled(let address, let seconds):
            "\(address): nothing came for \(Self.number(seconds)) seconds. The same command goes on where this one stopped."
        case .brokenOff(let address, let received, let expected):
            "\(address): the connection broke off after \(received)\(expected.map { " of \($0)" } ?? "") bytes, again and again. "
                + "The same command goes on there."
        case .busy(let address, let status):
            "\(address): the server answers with \(status) (busy or out of order), again and again. Try later."
        case .refused(let address, let status):
            "\(address): the server does not give the file (\(status)\(status == 404 ? ", not found" : "")). --mirror URL takes it "
                + "from another place."
        case .nonsense(let address, let what): "\(address): the server's answer makes no sense: \(what)."
        case .redirected(let from, let to, let reason): "\(from) leads to \(to): \(reason)."
        case .webPage(let address):
            "\(address) gives a page for a browser, not the file. Open it there, or give a --mirror."
        case .wrongSize(let address, let expected, let found):
            "\(address): the file has \(found) bytes in place of \(expected). It is not the file that it should be."
        case .tooLarge(let address, let limit): "\(address): more than \(limit) bytes; that is not what was asked for."
        case .wrongHash(let address, let expected, let found):
            "\(address): the bytes that came are not the file's, and were thrown away. SHA-256 \(found), expected \(expected)."
        case .wrongFile(let path, let expected, let found):
            "\(path) is there already and is another file: SHA-256 \(found), expected \(expected). Move it away to download anew."
        case .diskFull(let path, let needed):
            "\(path): no room on the disk\(needed.map { "; \($0) bytes are needed" } ?? ""). The same command goes on when there is."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)."
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .archive(let path, let problem): "\(path): \(problem.description)"
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    private static func number(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}

extension ArchiveProblem: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .truncated: "the archive ends too early."
        case .damaged(let what): "this is no intact tar.gz: \(what)."
        case .escapes(let entry): "the entry \(entry) would lie outside of the folder; nothing was unpacked."
        case .unsafe(let entry, let what): "the entry \(entry) is \(what); nothing was unpacked."
        case .tooLarge(let limit): "it unpacks to more than \(limit) bytes; nothing was unpacked."
        case .tooMany(let limit): "it has more than \(limit) entries; nothing was unpacked."
        }
    }
}

extension DownloadError {
    /// As sysexits.h has them.
    public var exitCode: Int32 {
        switch self {
        case .unknownItem, .unpinned, .noHash, .contradicted: EX_USAGE
        case .wrongSize, .tooLarge, .wrongHash, .wrongFile, .archive: EX_DATAERR
        case .notInCache, .unreadable: EX_NOINPUT
        case .unreachable: EX_NOHOST
        case .refused: EX_UNAVAILABLE
        case .unwritable: EX_CANTCREAT
        case .diskFull: EX_IOERR
        case .stalled, .brokenOff, .busy: EX_TEMPFAIL
        case .nonsense, .redirected, .webPage: EX_PROTOCOL
        }
    }
}
