import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import VideoLibrary

/// Runs what blocks on a thread where that is allowed.
func offLoop<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(work)
}

/// A file that is open: what it is called meanwhile, or whether it is removed, changes nothing in what is sent.
final class OpenFile: Sendable {
    private static let piece = 256 << 10

    let size: Int64
    /// Seconds since 1970.
    let modified: Double
    private let descriptor: Int32

    /// Opens a regular file; nil where there is none, or it may not be read.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        // The system's own name of what is open, wherever it lies now.
        guard let file = VideoScan.file(URL(fileURLWithPath: "/proc/self/fd/\(descriptor)")) else {
            close(descriptor)
            return nil
        }
        size = file.size
        modified = file.modified
    }

    deinit { close(descriptor) }

    /// Some of its bytes as a body, read as the client takes them.
    func body(_ range: Range<Int64>) -> ResponseBody {
        ResponseBody(contentLength: Int(range.count)) { [self] writer in
            var place = range.lowerBound
            while place < range.upperBound {
                let piece = try await read(at: place, count: Int(min(Int64(Self.piece), range.upperBound - place)))
                // Somebody cut it off: the client must not take the rest for whole.
                guard piece.readableBytes > 0 else { throw CancellationError() }
                place += Int64(piece.readableBytes)
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }

    private func read(at place: Int64, count: Int) async throws -> ByteBuffer {
        try await offLoop { [self] in
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                max(0, pread(descriptor, bytes.baseAddress, count, off_t(place)))
            }
            return buffer
        }
    }
}

/// What of a file a request asks for.
enum ByteRange: Hashable {
    case whole
    case part(Range<Int64>)
    /// Nothing of what there is.
    case none

    /// Reads a `Range` header. Several ranges, and what is no range of bytes, count as the whole.
    init(_ header: String?, size: Int64) {
        self = .whole
        guard let header, let match = header.wholeMatch(of: /bytes=([0-9]{0,18})-([0-9]{0,18})/) else { return }
        switch (Int64(match.1), Int64(match.2)) {
        case (nil, nil): return
        case (nil, let last?): self = last > 0 && size > 0 ? .part(max(0, size - last)..<size) : .none
        case (let first?, let last):
            if let last, last < first { return }
            self = first < size ? .part(first..<min(last.map { $0 + 1 } ?? size, size)) : .none
        }
    }
}

extension Response {
    /// A file, or the part of it that is asked for.
    ///
    /// - Parameters:
    ///   - tag: Names what the file holds; another content has another tag.
    ///   - headers: More of them.
    init(_ file: OpenFile, type: String, tag: String, to request: Request, headers: HTTPFields = [:]) throws(Failure) {
        var headers = headers
        headers[.eTag] = "\"\(tag)\""
        headers[.acceptRanges] = "bytes"
        headers[.cacheControl] = "private, no-cache"
        if Self.matches(request.headers[.ifNoneMatch], tag) {
            self.init(status: .notModified, headers: headers)
            return
        }
        headers[.contentType] = type
        let isSame = request.headers[.ifRange].map { $0 == "\"\(tag)\"" } ?? true
        switch ByteRange(isSame ? request.headers[.range] : nil, size: file.size) {
        case .whole:
            headers[.contentLength] = "\(file.size)"
            self.init(status: .ok, headers: headers, body: file.body(0..<file.size))
        case .part(let range):
            headers[.contentLength] = "\(range.count)"
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            self.init(status: .partialContent, headers: headers, body: file.body(range))
        case .none:
            var failure = Failure(.rangeNotSatisfiable, "no_such_range", "The file has \(file.size) bytes.")
            failure.headers[.contentRange] = "bytes */\(file.size)"
            throw failure
        }
    }

    /// Whether a client has this content already.
    static func matches(_ header: String?, _ tag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains {
            let known = $0.trimmingCharacters(in: .whitespaces)
            return known == "*" || known == "\"\(tag)\"" || known == "W/\"\(tag)\""
        }
    }
}
