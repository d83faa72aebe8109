import AsyncHTTPClient
import Connections
import Foundation
import NIOCore
import NIOHTTP1
import VideoLibrary

/// Asks a Chroma server over HTTP, and gives its refusals and the network's failures names.
final class ChromaConnection: Sendable {
    let place: ChromaPlace
    private let seconds: Double
    private let client: HTTPClient

    /// Bytes of an answer at most.
    private static let longestAnswer = 64 << 20

    /// - Parameter seconds: How long an answer may take.
    init(_ place: ChromaPlace, seconds: Double) {
        self.place = place
        self.seconds = seconds
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .nanoseconds(Int64(min(seconds, 10) * 1e9))))
        // A server that is not there is told of at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { client.shutdown { _ in } }

    /// Asks for something.
    func get<Answer: Decodable>(_ path: String) throws(VectorDatabaseError) -> Answer {
        try Self.decoded(send(.GET, path, body: nil), place.server)
    }

    /// Asks with a body.
    func post<Answer: Decodable>(_ path: String, _ body: some Encodable) throws(VectorDatabaseError) -> Answer {
        let data: Data
        do {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            data = try encoder.encode(body)
        } catch {
            preconditionFailure("vectors and names are always JSON: \(error)")
        }
        return try Self.decoded(send(.POST, path, body: data), place.server)
    }

    private func send(_ method: HTTPMethod, _ path: String, body: Data?) throws(VectorDatabaseError) -> Data {
        var headers: HTTPHeaders = ["User-Agent": "moments", "Accept": "application/json"]
        if body != nil { headers.add(name: "Content-Type", value: "application/json") }
        if let token = place.token {
            // The first is Chroma's own, the second what proxies before it look at.
            headers.add(name: "x-chroma-token", value: token)
            headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        let response: HTTPClient.Response
        do {
            let request = try HTTPClient.Request(
                url: place.url(path), method: method, headers: headers, body: body.map { .data($0) })
            response = try client.execute(
                request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.longestAnswer),
                deadline: .now() + .nanoseconds(Int64(seconds * 1e9))
            ).wait()
        } catch {
            throw failure(error)
        }
        let data = response.body.map { Data($0.readableBytesView) } ?? Data()
        guard (200..<300).contains(response.status.code) else { throw refusal(Int(response.status.code), data) }
        return data
    }

    private static func decoded<Answer: Decodable>(
        _ data: Data, _ address: String
    ) throws(VectorDatabaseError) -> Answer {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Answer.self, from: data)
        } catch {
            throw .nonsense(address: address, what: "\(data.count) bytes are not the JSON that was expected")
        }
    }

    // MARK: Failures

    private func failure(_ error: any Error) -> VectorDatabaseError {
        if error is ResponseAccumulator.ResponseTooBigError {
            return .nonsense(address: place.server, what: "it is longer than \(Self.longestAnswer >> 20) MiB")
        }
        return switch ConnectionFailure(error) {
        case .unreachable(let reason): .unreachable(address: place.server, reason: reason)
        case .noConnection: .unreachable(address: place.server, reason: "nothing answers there")
        case .silent: .tooSlow(address: place.server, seconds: seconds)
        case .noAddress: .badAddress(place.server, reason: "this is no address of the web")
        case .brokenOff: .brokenOff(address: place.server)
        }
    }

    private func refusal(_ status: Int, _ body: Data) -> VectorDatabaseError {
        switch status {
        case 401, 403: .denied(address: place.server, status: status)
        case 429, 502, 503, 504: .busy(address: place.server, status: status, message: message(body))
        default: .refused(address: place.server, status: status, message: message(body))
        }
    }

    /// What a body says, in a line; never the token, which a server may repeat.
    private func message(_ body: Data) -> String {
        struct Content: Decodable { let message: String }
        var text =
            (try? JSONDecoder().decode(Content.self, from: body))?.message
            ?? String(decoding: body.prefix(2000), as: UTF8.self)
        if let token = place.token, !token.isEmpty { text = text.replacingOccurrences(of: token, with: "…") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }
}
