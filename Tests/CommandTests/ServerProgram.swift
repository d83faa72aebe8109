import Foundation

/// A running `moments serve`, asked over a real connection.
final class ServerProgram {
    /// An answer as it came.
    struct Answer {
        let status: Int
        let headers: [String: String]
        let data: Data

        var text: String { String(decoding: data, as: UTF8.self) }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:] }
    }

    struct NotStarted: Error, CustomStringConvertible {
        let description: String
    }

    let process: Process
    private(set) var port: UInt16 = 0
    private let outcome: () throws -> MomentsProgram.Outcome

    /// Starts it on a free port, and waits until it listens.
    init(_ moments: MomentsProgram, _ arguments: [String]) throws {
        (process, outcome) = try moments.start(["serve", "--port", "0", "--threads", "1"] + arguments)
        let output = moments.folder
        for _ in 0..<3000 {
            // The one line that it prints, in the file that stands for its output.
            let files = (try? FileManager.default.contentsOfDirectory(atPath: output.path)) ?? []
            for name in files where name.hasPrefix(".output-") {
                let text = (try? String(contentsOf: output.appendingPathComponent(name), encoding: .utf8)) ?? ""
                if text.hasPrefix("http://"), text.hasSuffix("/\n"), !Self.isKnown(name) {
                    port = UInt16(text.dropLast(2).split(separator: ":").last ?? "") ?? 0
                    Self.seen.withLock { _ = $0.insert(name) }
                }
            }
            if port != 0 { return }
            guard process.isRunning else { break }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.terminate()
        throw NotStarted(description: try outcome().messages)
    }

    private static let seen = Locked<Set<String>>([])

    private static func isKnown(_ name: String) -> Bool { seen.withLock { $0.contains(name) } }

    private final class Locked<Value>: @unchecked Sendable {
        private let lock = NSLock()
        private var value: Value
        init(_ value: Value) { self.value = value }
        func withLock<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&value) } }
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Ends it by a signal, and says what it left.
    func stop(by signal: Int32 = SIGTERM) throws -> MomentsProgram.Outcome {
        kill(process.processIdentifier, signal)
        return try outcome()
    }

    /// Asks, with the lines of a head as they are.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: Data = Data(),
        host: String? = "localhost"
    ) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\n"
        if let host { head += "Host: \(host)\r\n" }
        var headers = headers
        headers["Connection"] = "close"
        if !body.isEmpty || method == "POST" { headers["Content-Length"] = "\(body.count)" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return try exchange(Data((head + "\r\n").utf8) + body)
    }

    func json(_ path: String, _ text: String, _ headers: [String: String] = [:]) throws -> Answer {
        try send("POST", path, headers.merging(["Content-Type": "application/json"]) { $1 }, body: Data(text.utf8))
    }

    /// Sends bytes as they are, and reads until the server closes the connection.
    func exchange(_ bytes: Data) throws -> Answer {
        let connection = try open()
        defer { close(connection) }
        _ = bytes.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received.append(contentsOf: buffer[..<count])
        }
        return try Self.parsed(received)
    }

    /// A connection that waits 30 seconds at most.
    func open() throws -> Int32 {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var time = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        let isOpen = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else {
            close(connection)
            throw NotStarted(description: "no connection to port \(port)")
        }
        return connection
    }

    private static func parsed(_ data: Data) throws -> Answer {
        guard let end = data.range(of: Data("\r\n\r\n".utf8)) else {
            throw NotStarted(description: "no answer: \(String(decoding: data.prefix(200), as: UTF8.self))")
        }
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        var body = Data(data[end.upperBound...])
        if headers["transfer-encoding"] == "chunked" { body = joined(body) }
        return Answer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, data: body)
    }

    /// The pieces of a body put together.
    private static func joined(_ chunks: Data) -> Data {
        var (rest, body) = (chunks, Data())
        while let end = rest.range(of: Data("\r\n".utf8)),
            let size = Int(String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self), radix: 16), size > 0
        {
            body += rest[end.upperBound..<min(end.upperBound + size, rest.endIndex)]
            rest = Data(rest[min(end.upperBound + size + 2, rest.endIndex)...])
        }
        return body
    }
}
