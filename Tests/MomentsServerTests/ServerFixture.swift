import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Media
import NIOCore
import Testing
import VideoLibrary

@testable import MomentsServer

/// A library of small videos, and a server that is asked without a socket. Every answer is held against the document.
final class ServerFixture: @unchecked Sendable {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("server-\(UUID().uuidString)")
    let encoder = BrightnessEncoder()
    let sentences = BrightnessSentences()
    let library: VideoLibrary
    var settings = ServerSettings()
    private(set) var server: MomentsServer!

    var videos: URL { folder.appendingPathComponent("videos") }

    init(vectors: (any VectorDatabase)? = nil) throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("videos"), withIntermediateDirectories: true)
        settings.temporaryFolder = folder.appendingPathComponent("temporary")
        library = try VideoLibrary(at: folder.appendingPathComponent("library"), creating: true, vectors: vectors)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Writes a video of 10 pictures a second; `b` is two bright seconds, `d` two dark ones.
    @discardableResult
    static func write(_ seconds: String, to url: URL, width: Int = 64, height: Int = 48) throws -> URL {
        let writer = try VideoWriter(
            url, width: width, height: height, settings: VideoSettings(frameRate: 10, keyInterval: 10))
        for letter in seconds {
            let value: UInt8 = letter == "b" ? 250 : 5
            let frame = Frame(
                width: width, height: height, pixels: [UInt8](repeating: value, count: width * height * 3))
            for _ in 0..<20 { try writer.add(frame) }
        }
        try writer.finish()
        return url
    }

    /// Writes videos and takes them up.
    func index(_ contents: KeyValuePairs<String, String>) throws {
        for (name, seconds) in contents {
            try Self.write(seconds, to: videos.appendingPathComponent(name))
            _ = try library.index(VideoScan([videos.appendingPathComponent(name).path]), with: encoder)
        }
    }

    func id(_ name: String) throws -> String {
        let path = videos.appendingPathComponent(name).resolvingSymlinksInPath().path
        return try #require(try library.hash(ofFileAt: path))
    }

    /// Starts a server, asks it, and ends it.
    func serve<Value>(
        models: sending [any ServedModel] = [BrightnessModel()],
        _ body: @escaping @Sendable (ServerClient) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try MomentsServer(
            library: library, models: models, sentences: sentences, videos: encoder, settings: settings, logger: logger)
        self.server = server
        let result: Result<Value, any Error>
        do {
            let document = try InterfaceDocument(ServerResources.interface())
            let value = try await server.application().test(.router) { client in
                try await body(ServerClient(client: client, endpoints: server.endpoints, document: document))
            }
            result = .success(value)
        } catch {
            result = .failure(error)
        }
        encoder.gate.open()
        sentences.gate.open()
        await server.close()
        return try result.get()
    }
}

/// Asks a server.
struct ServerClient: @unchecked Sendable {
    let client: any TestClientProtocol
    let endpoints: [Endpoint]
    let document: InterfaceDocument
    var headers: HTTPFields = [:]

    struct Answer: @unchecked Sendable {
        let status: Int
        let headers: HTTPFields
        let data: Data

        /// The value of a field of the JSON, by a path as `error.code` or `hits.0.start`.
        subscript(path: String) -> Any? {
            let root = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            return path.split(separator: ".").reduce(root) { node, key in
                if let index = Int(key), let list = node as? [Any] {
                    return list.indices.contains(index) ? list[index] : nil
                }
                return (node as? [String: Any])?[String(key)]
            }
        }

        func text(_ path: String) -> String? { self[path] as? String }
        func number(_ path: String) -> Double? { (self[path] as? NSNumber)?.doubleValue }
        func count(_ path: String) -> Int? { (self[path] as? [Any])?.count }
        func flag(_ path: String) -> Bool? { self[path] as? Bool }
        var body: String { String(decoding: data, as: UTF8.self) }
    }

    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: Data? = nil, type: String? = nil,
        headers more: HTTPFields = [:], isDocumented: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        var headers = headers
        for field in more { headers[field.name] = field.value }
        if let type { headers[.contentType] = type }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        let answer = Answer(
            status: response.status.code, headers: response.headers, data: Data(response.body.readableBytesView))
        #expect(answer.headers[Envelope.requestID]?.isEmpty == false, sourceLocation: sourceLocation)
        if answer.status >= 400, method != .head, answer.headers[.contentType] == "application/json" {
            #expect(
                answer.text("error.code")?.isEmpty == false && answer.text("error.message")?.isEmpty == false
                    && answer.text("error.requestId") == answer.headers[Envelope.requestID],
                "\(answer.body)", sourceLocation: sourceLocation)
        }
        let plain = path.split(separator: "?")[0]
        if isDocumented, method != .head,
            let endpoint = endpoints.first(where: { $0.method == method && $0.matches(String(plain)) })
        {
            let problems = document.problems(
                method.rawValue, endpoint.path, status: answer.status, type: answer.headers[.contentType],
                body: answer.data)
            #expect(problems.isEmpty, "\(problems)", sourceLocation: sourceLocation)
        }
        return answer
    }

    func get(_ path: String, headers: HTTPFields = [:], sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> Answer
    {
        try await send(.get, path, headers: headers, sourceLocation: sourceLocation)
    }

    func post(_ path: String, json: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Answer {
        try await send(.post, path, Data(json.utf8), type: "application/json", sourceLocation: sourceLocation)
    }

    func upload(_ file: Data, name: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Answer {
        let name = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await send(.post, "/v1/videos?name=\(name)", file, type: "video/mp4", sourceLocation: sourceLocation)
    }

    /// Asks again until an answer is as wanted; the last one where it never is.
    func wait(for path: String, until isRight: (Answer) -> Bool) async throws -> Answer {
        var answer = try await get(path)
        for _ in 0..<2000 where !isRight(answer) {
            try await Task.sleep(for: .milliseconds(5))
            answer = try await get(path)
        }
        return answer
    }
}
