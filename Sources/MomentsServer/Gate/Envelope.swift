import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import VideoLibrary

/// Around everything: gives requests their names, makes answers of errors, counts, and writes the log.
struct Envelope: RouterMiddleware {
    typealias Context = ServerContext

    static let requestID = HTTPField.Name("X-Request-Id")!
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let begun = ContinuousClock.now
        var context = context
        if let given = request.headers[Self.requestID], Self.isName(given) {
            context.logger[metadataKey: "hb.request.id"] = .string(given)
        }
        let id = context.id
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let known = Failure(error)
            // What the client cannot mend.
            if known == nil || error is VectorDatabaseError {
                context.logger.error("\(request.method) \(request.uri.path) failed", metadata: ["error": "\(error)"])
            }
            var failure =
                known
                ?? Failure(
                    .internalServerError, "internal", "Something went wrong; the log has it by the request's id.")
            if Self.hasLongBody(request) { failure = failure.closing() }
            response = failure.response(id: id)
            if failure.closesConnection { response.body = Self.closing(response.body, context.channel) }
        }
        if request.method == .head, response.body.contentLength != 0 {
            response = Response(status: response.status, headers: response.headers)
        }
        finish(&response, id: id)
        let time = begun.duration(to: .now)
        metrics.count(request.method, route: context.endpointPath ?? "none", response.status, time)
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(Self.printable(request.uri.path))",
                "status": "\(response.status.code)", "ms": .stringConvertible((time / .milliseconds(1)).rounded(.up)),
            ])
        return response
    }

    /// What every answer carries: its name, and what keeps browsers from guessing and embedding.
    private func finish(_ response: inout Response, id: String) {
        response.headers[Self.requestID] = id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[HTTPField.Name("X-Frame-Options")!] = "DENY"
        response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
        response.headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }

    /// The body, and then the connection is closed: what else comes on it is not read to its end.
    private static func closing(_ body: ResponseBody, _ channel: any Channel) -> ResponseBody {
        ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            // Time for the answer to arrive, before what still comes in is answered by a reset.
            channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        }
    }

    /// Whether what still comes of a refused request is more than is worth reading to its end.
    private static func hasLongBody(_ request: Request) -> Bool {
        guard request.method != .get, request.method != .head else { return false }
        return request.headers[.contentLength].flatMap { Int64($0) }.map { $0 > 1 << 20 }
            ?? (request.method != .options)
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [45, 46, 95].contains($0)
            }
    }

    /// A path for the log: no control characters, and no more than a line.
    private static func printable(_ path: String) -> String {
        String(
            String.UnicodeScalarView(
                path.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
