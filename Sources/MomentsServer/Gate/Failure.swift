import Foundation
import HTTPTypes
import Hummingbird
import Media
import NIOCore
import NIOHTTP1
import VideoLibrary

/// Why a request is not answered: what the client is told.
struct Failure: Error {
    let status: HTTPResponse.Status
    /// For programs.
    let code: String
    /// For people.
    let message: String
    var headers: HTTPFields = [:]
    /// Whether the rest of the request is not worth reading.
    var closesConnection = false

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    func closing() -> Failure {
        var failure = self
        failure.closesConnection = true
        failure.headers[.connection] = "close"
        return failure
    }

    static func malformed(_ message: String) -> Failure { Failure(.badRequest, "malformed", message) }
    static func invalid(_ message: String) -> Failure { Failure(.unprocessableContent, "invalid", message) }
    static func notFound(_ message: String) -> Failure { Failure(.notFound, "not_found", message) }
    static func conflict(_ code: String, _ message: String) -> Failure { Failure(.conflict, code, message) }
    static func gone(_ name: String) -> Failure {
        Failure(
            .gone, "file_gone", "The file of \(name) is gone, or has changed since it was taken up; index it again.")
    }
    static func tooLarge(_ limit: some BinaryInteger) -> Failure {
        Failure(.contentTooLarge, "too_large", "The body may have \(limit) bytes at most.").closing()
    }

    /// The client may try again.
    static func busy(_ code: String, _ message: String, after seconds: Int) -> Failure {
        var failure = Failure(.serviceUnavailable, code, message)
        failure.headers[.retryAfter] = "\(seconds)"
        return failure
    }
    static let tooSlow = busy("timeout", "There was no answer in time; try again.", after: 10)
    static let stopping = busy("stopping", "The server stops.", after: 10)

    /// What the client is told of an error; nil for those that are nobody's matter but ours.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let refusal as ModelRefusal: self = .conflict("other_features", refusal.description)
        case is NIOTooManyBytesError: self = Failure(.contentTooLarge, "too_large", "The body is too large.").closing()
        case is HTTPParserError: self = .malformed("The body is not sent as HTTP has it.").closing()
        case let error as HTTPError where error.status.code < 500:
            self.init(
                error.status, error.status == .notFound ? "not_found" : "malformed",
                error.body ?? error.status.reasonPhrase)
        case let error as MediaError:
            switch error.problem {
            case .notFound, .folder, .denied:
                self = Failure(.gone, "file_gone", "The video's file cannot be read now.")
            default: self = Failure(.unprocessableContent, "unreadable", "\(error.problem)")
            }
        case LibraryError.otherEncoders:
            self = .conflict(
                "not_indexed", "Nothing in the library was encoded as this server encodes; index it again.")
        case is VectorDatabaseError:
            self = .busy(
                "vectors_unavailable", "The vector database does not answer; the server's log says why.", after: 10)
        case is CancellationError: self = .stopping
        default: return nil
        }
    }

    /// The one form that errors have.
    func response(id: String) -> Response {
        struct Envelope: Encodable {
            struct Content: Encodable {
                let code, message, requestId: String
            }
            let error: Content
        }
        let content = Envelope(error: .init(code: code, message: message, requestId: id))
        var response = Response(json: content, status: status)
        for field in headers { response.headers.append(field) }
        return response
    }
}

/// A model cannot be asked about a video, for a reason that the client may know.
public struct ModelRefusal: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    /// Says why.
    public init(_ description: String) { self.description = description }
}

extension Response {
    /// A value as JSON.
    init(json value: some Encodable, status: HTTPResponse.Status = .ok) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        // Numbers here are finite: spans, scores and curves are checked where they come from.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
        self.init(status: status, type: "application/json", data: data)
    }

    init(status: HTTPResponse.Status = .ok, type: String, data: some Sequence<UInt8>) {
        let buffer = ByteBuffer(bytes: data)
        self.init(
            status: status, headers: [.contentType: type, .contentLength: "\(buffer.readableBytes)"],
            body: ResponseBody(byteBuffer: buffer))
    }
}
