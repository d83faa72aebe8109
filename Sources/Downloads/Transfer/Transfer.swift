import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One file on its way: tries, resumed where they broke off, until all of it is there.
struct Transfer {
    let file: CatalogueFile
    let remote: RemoteFile
    /// The hash that the file must have; nil for whatever comes.
    let expected: String?
    let report: @Sendable (DownloadEvent) -> Void

    private var settings: TransferSettings { remote.settings }
    private var address: String { remote.address.absoluteString }

    /// Fills the part. Returns the hash.
    ///
    /// A part that was put together from several answers and has the wrong hash is fetched once more from the start.
    func callAsFunction(into part: PartFile) async throws -> String {
        var isPatched = part.count > 0
        var failures = 0
        while true {
            let before = part.count
            do {
                try await fill(part)
            } catch let error as DownloadError where error.mayPass {
                failures = part.count - before >= settings.progressThatCounts ? 1 : failures + 1
                guard failures <= settings.retries else { throw error }
                let delay = min(settings.firstDelay * Double(1 << min(failures - 1, 20)), settings.longestDelay)
                report(.retrying(because: error, try: failures, of: settings.retries, delay: delay))
                try await Task.sleep(for: .seconds(delay))
                isPatched = isPatched || part.count > 0
                continue
            }
            let found = part.digest()
            guard let expected, expected != found else { return found }
            guard isPatched else {
                part.remove()
                throw DownloadError.wrongHash(address: address, expected: expected, found: found)
            }
            report(.restarting(because: "what was put together is not the file"))
            try part.restart()
            isPatched = false
        }
    }

    /// One request, and all that comes of it.
    private func fill(_ part: PartFile) async throws {
        // Without a hash to check in the end, only a validator tells the same file from a changed one.
        if part.count > 0, part.record?.address != address || (part.record?.validator == nil && expected == nil) {
            report(.restarting(because: "nothing tells whether the file is still the same"))
            try part.restart()
        }
        // All came, and the program ended before it could say so.
        if expected != nil, part.count > 0, part.record?.total == part.count { return }
        let response = try await remote.answer(from: part.count, validator: part.record?.validator)
        guard let total = try prepare(part, for: response) else { return }
        report(.progress(received: part.count, total: total.value))
        // A server that names no size may send without an end.
        let limit = min(total.value ?? file.byteCount ?? .max, settings.byteLimit)
        do {
            for try await piece in response.body {
                guard part.count + piece.readableBytes <= limit else {
                    throw DownloadError.tooLarge(address: address, limit: limit)
                }
                try piece.withUnsafeReadableBytes(part.append)
                report(.progress(received: part.count, total: total.value))
            }
        } catch {
            throw remote.failure(error, received: part.count, expected: total.value)
        }
        if let total = total.value, part.count < total {
            throw DownloadError.brokenOff(address: address, received: part.count, expected: total)
        }
    }

    /// The size of the whole, where the server says it.
    private struct Total {
        let value: Int?
    }

    /// Looks at the answer's head and makes the part fit it; nil where nothing is missing any more.
    private func prepare(_ part: PartFile, for response: HTTPClientResponse) throws -> Total? {
        let range = response.headers.first(name: "Content-Range").flatMap(ContentRange.init)
        switch response.status.code {
        case 200:
            if part.count > 0 {
                report(
                    .restarting(
                        because: "the server sends the whole file, which has changed or comes in one piece only"))
                try part.restart()
            }
            let length = response.headers.first(name: "Content-Length").flatMap { Int($0) }
            try requireFile(response, total: length)
            if let length { try part.requireRoom(for: length) }
            try part.note(record(of: response, total: length))
            return Total(value: length)
        case 206 where part.count > 0:
            guard let range, range.first == part.count, part.record?.fits(response.headers, total: range.total) == true
            else {
                try part.restart()
                throw DownloadError.nonsense(address: address, what: "it sends another part than was asked for")
            }
            try requireFile(response, total: range.total)
            if let total = range.total { try part.requireRoom(for: total - part.count) }
            report(.resuming(at: part.count))
            return Total(value: range.total)
        case 416 where part.count > 0:
            // Nothing comes after what is there: it is whole, or the file has changed.
            if range?.total == part.count,
                part.record?.fits(response.headers, total: range?.total) == true
                    || expected != nil
            {
                return nil
            }
            try part.restart()
            throw DownloadError.brokenOff(address: address, received: 0, expected: nil)
        case 408, 425, 429, 500, 502, 503, 504:
            throw DownloadError.busy(address: address, status: Int(response.status.code))
        case let code where code >= 400: throw DownloadError.refused(address: address, status: Int(code))
        case let code: throw DownloadError.nonsense(address: address, what: "status \(code)")
        }
    }

    /// What can be told before anything is written.
    private func requireFile(_ response: HTTPClientResponse, total: Int?) throws {
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        guard !type.hasPrefix("text/html") else { throw DownloadError.webPage(address: address) }
        if let size = file.byteCount, let total, size != total {
            throw DownloadError.wrongSize(address: address, expected: size, found: total)
        }
        if let total, total > settings.byteLimit {
            throw DownloadError.tooLarge(address: address, limit: settings.byteLimit)
        }
    }

    private func record(of response: HTTPClientResponse, total: Int?) -> PartRecord {
        let tag = response.headers.first(name: "ETag")
        return PartRecord(
            address: address, entityTag: tag?.hasPrefix("W/") == true ? nil : tag,
            lastModified: response.headers.first(name: "Last-Modified"), total: total)
    }
}

extension PartRecord {
    /// Whether an answer is about the same file, as far as it says.
    fileprivate func fits(_ headers: HTTPHeaders, total: Int?) -> Bool {
        if let entityTag, let tag = headers.first(name: "ETag"), tag != entityTag { return false }
        if let own = self.total, let total, own != total { return false }
        return true
    }
}

/// `bytes 100-199/200`, or `bytes */200`.
private struct ContentRange {
    let first: Int?
    let total: Int?

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/")
        guard parts.count == 2 else { return nil }
        total = Int(parts[1])
        first = parts[0].split(separator: "-").first.flatMap { Int($0) }
    }
}

extension DownloadError {
    /// Whether a new try may succeed.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .stalled, .brokenOff, .busy, .nonsense: true
        default: false
        }
    }
}
