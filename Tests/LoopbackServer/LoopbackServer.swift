import Foundation
import Synchronization

/// A web server of a test's own, on a free port of this machine, which behaves as badly as the test wants.
///
///     let server = try LoopbackServer { request in .file(bytes, for: request) }
///     defer { server.stop() }
///     … server.url …
///     #expect(server.requests.count == 2)
///
/// Every connection carries one request.
public final class LoopbackServer: Sendable {
    /// What was asked.
    public struct Request: Sendable {
        /// `GET`, `POST`.
        public let method: String
        /// The path with its question mark and what follows.
        public let path: String
        /// Names in lower case.
        public let headers: [String: String]
        /// As long as `Content-Length` says.
        public let body: Data
        /// How many requests came before.
        public let index: Int

        /// Where a `Range` begins; nil without one.
        public var offset: Int? {
            headers["range"].flatMap { text in
                text.hasPrefix("bytes=") ? Int(text.dropFirst(6).prefix { $0 != "-" }) : nil
            }
        }
    }

    /// What is answered.
    public struct Reply: Sendable {
        /// The status and its word.
        public var status = "200 OK"
        /// In their order, `Content-Length` not among them.
        public var headers: [(String, String)] = []
        /// What is sent.
        public var body = Data()
        /// The length that is claimed; nil claims none.
        public var length: Int?
        /// Seconds before the connection ends: whoever reads slowly may lose what it had not read when a connection breaks.
        public var pause = 0.0
        /// Whether nothing more comes, and the connection stays.
        public var stalls = false
        /// Whether not even a status is sent.
        public var isSilent = false

        /// An answer of a status and nothing more.
        public init(_ status: String = "200 OK", _ headers: [(String, String)] = []) {
            self.status = status
            self.headers = headers
            length = 0
        }

        /// All of a file.
        public static func whole(_ data: Data, _ headers: [(String, String)] = []) -> Reply {
            var reply = Reply("200 OK", headers)
            (reply.body, reply.length) = (data, data.count)
            return reply
        }

        /// A file, or the part of it that is asked for, if the condition of the request holds.
        public static func file(_ data: Data, tag: String? = "\"1\"", for request: Request) -> Reply {
            let headers = tag.map { [("ETag", $0)] } ?? []
            guard let offset = request.offset, request.headers["if-range"] == nil || request.headers["if-range"] == tag
            else { return whole(data, headers) }
            guard offset < data.count else {
                return Reply("416 Range Not Satisfiable", headers + [("Content-Range", "bytes */\(data.count)")])
            }
            let range = ("Content-Range", "bytes \(offset)-\(data.count - 1)/\(data.count)")
            var reply = whole(data.dropFirst(offset), headers + [range])
            reply.status = "206 Partial Content"
            return reply
        }

        /// The same answer, which breaks off after so many bytes of the body.
        public func cut(after count: Int) -> Reply {
            var reply = self
            reply.body = body.prefix(count)
            return reply
        }

        /// The same answer, which stops coming after so many bytes of the body.
        public func stalled(after count: Int) -> Reply {
            var reply = cut(after: count)
            reply.stalls = true
            return reply
        }

        /// No answer at all.
        public static var silence: Reply {
            var reply = Reply()
            (reply.isSilent, reply.stalls) = (true, true)
            return reply
        }
    }

    /// Its address, without a slash at the end.
    public let url: URL
    private let socket: Int32
    private let handler: @Sendable (Request) -> Reply
    private let seen = Mutex<[Request]>([])
    private let isStopped = Atomic(false)

    /// Starts it.
    public init(_ handler: @escaping @Sendable (Request) -> Reply) throws {
        self.handler = handler
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound, let url = URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))") else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.url = url
        Thread.detachNewThread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                guard Self.isReady(socket, POLLIN) else { continue }
                let connection = accept(socket, nil, nil)
                if connection >= 0 { Thread.detachNewThread { [self] in serve(connection) } }
            }
            close(socket)
        }
    }

    /// What was asked until now.
    public var requests: [Request] { seen.withLock { $0 } }

    /// Ends it, and every connection that stalls.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = read(connection) else { return }
        let reply = handler(request)
        if !reply.isSilent {
            var head = "HTTP/1.1 \(reply.status)\r\nConnection: close\r\n"
            if let length = reply.length { head += "Content-Length: \(length)\r\n" }
            for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
            send(Data((head + "\r\n").utf8) + reply.body, to: connection)
        }
        if reply.pause > 0 { Thread.sleep(forTimeInterval: reply.pause) }
        // Until the other side goes.
        while reply.stalls, !isStopped.load(ordering: .relaxed), !isClosed(connection) {}
        shutdown(connection, Int32(SHUT_WR))
        for _ in 0..<20 where !isClosed(connection) {}
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        let end = Data("\r\n\r\n".utf8)
        while bytes.range(of: end) == nil { guard receive(&bytes, from: connection) else { return nil } }
        guard let gap = bytes.range(of: end) else { return nil }
        let lines = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        let headers = Dictionary(pairs) { $1 }
        var body = Data(bytes[gap.upperBound...])
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while body.count < length { guard receive(&body, from: connection) else { return nil } }
        let words = lines[0].split(separator: " ").map(String.init) + ["", ""]
        return seen.withLock { seen in
            let request = Request(
                method: words[0], path: words[1], headers: headers, body: body, index: seen.count)
            seen.append(request)
            return request
        }
    }

    /// False where the other side has gone.
    private func receive(_ data: inout Data, from connection: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(connection, &buffer, buffer.count, 0)
        if count > 0 { data.append(contentsOf: buffer.prefix(count)) }
        return count > 0
    }

    private func send(_ data: Data, to connection: Int32) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Looks for a moment whether the other side has gone.
    private func isClosed(_ connection: Int32) -> Bool {
        guard Self.isReady(connection, POLLIN) else { return false }
        var byte: UInt8 = 0
        return recv(connection, &byte, 1, 0) <= 0
    }

    private static func isReady(_ descriptor: Int32, _ events: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&state, 1, 20) > 0
    }
}
