import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The jobs: the list, each one, its events, and its end.
struct JobRoutes: Sendable {
    let center: JobCenter

    private struct List: Encodable {
        let jobs: [JobObject]
    }

    func list(_ request: Request, _ context: ServerContext) throws -> Response {
        let state = try QueryValues(of: request).choice("state", Job.State.self)
        return Response(json: List(jobs: center.jobs(in: state)))
    }

    func detail(_ request: Request, _ context: ServerContext) throws -> Response {
        guard let job = center.job(try id(context)) else { throw Failure.notFound("There is no such job.") }
        return Response(json: job)
    }

    func cancel(_ request: Request, _ context: ServerContext) throws -> Response {
        Response(json: try center.cancel(id(context)))
    }

    /// Server-sent events; the first tells the state that the job is in.
    func events(_ request: Request, _ context: ServerContext) throws -> Response {
        let id = try id(context)
        guard request.method != .head else {
            guard center.job(id) != nil else { throw Failure.notFound("There is no such job.") }
            return Response(status: .ok, headers: [.contentType: "text/event-stream"])
        }
        let stream = try center.events(of: id)
        let body = ResponseBody { writer in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            for await object in stream.cancelOnGracefulShutdown() {
                let name = object.job.state.isFinal ? object.job.state.rawValue : "progress"
                let data = String(decoding: try encoder.encode(object), as: UTF8.self)
                try await writer.write(ByteBuffer(string: "event: \(name)\ndata: \(data)\n\n"))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private func id(_ context: ServerContext) throws -> UUID {
        guard let text = context.parameters.get("id"), let id = UUID(uuidString: text) else {
            throw Failure.notFound("There is no such job.")
        }
        return id
    }
}
