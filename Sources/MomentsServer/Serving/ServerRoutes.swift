import Foundation
import HTTPTypes
import Hummingbird

/// The server itself: its health, its figures, its interface, the way in.
struct ServerRoutes: Sendable {
    let questions: Questions
    let queue: QuestionQueue
    let jobs: JobCenter
    let room: PictureRoom
    let metrics: ServerMetrics
    let token: TokenKeeper?
    let bodies: BodyReader
    let interface: Data
    let version: String

    private struct Health: Encodable {
        let status = "ok"
        let version: String
        let queued: Int
    }

    private struct Models: Encodable {
        let `default`: String
        let models: [ModelCard]
    }

    func health(_ request: Request, _ context: ServerContext) -> Response {
        Response(json: Health(version: version, queued: jobs.waiting))
    }

    func figures(_ request: Request, _ context: ServerContext) -> Response {
        let text = metrics.text(
            gauges: [
                ("moments_questions_waiting", "Questions that wait.", Double(queue.waiting)),
                ("moments_pictures_busy", "Clips and thumbnails that wait or are made.", Double(room.busy)),
                ("moments_event_listeners", "Clients that wait for a job's events.", Double(jobs.listeners)),
            ], jobs: jobs.counts)
        return Response(type: "text/plain; version=0.0.4; charset=utf-8", data: text.utf8)
    }

    func document(_ request: Request, _ context: ServerContext) -> Response {
        Response(type: "application/json", data: interface)
    }

    func models(_ request: Request, _ context: ServerContext) -> Response {
        Response(json: Models(default: questions.cards[0].name, models: questions.cards))
    }

    func loginForm(_ request: Request, _ context: ServerContext) -> Response { LoginPage.response() }

    func login(_ request: Request, _ context: ServerContext) async throws -> Response {
        let fields = try await bodies.form(of: request)
        try fields.only(["token"])
        guard let given = try fields.text("token") else { throw Failure.invalid("token: give the server's token.") }
        guard let token else { return .redirect(to: "/") }
        if let session = try token.session(for: given) { return Gate.welcome(session) }
        if request.headers[.accept]?.contains("text/html") == true {
            return LoginPage.response(status: .unauthorized, isWrong: true)
        }
        var failure = Failure(.unauthorized, "unauthorized", "This is not the token.")
        failure.headers[.wwwAuthenticate] = "Bearer"
        throw failure
    }
}

/// Finding and searching.
struct QuestionRoutes: Sendable {
    let questions: Questions
    let jobs: JobCenter
    let bodies: BodyReader

    func find(_ request: Request, _ context: ServerContext) async throws -> Response {
        var question = try await bodies.json(FindRequest.self, of: request)
        guard let job = question.job else { return Response(json: try await questions.find(question, in: nil)) }
        switch try jobs.askable(job) {
        case .partial(let video): return Response(json: try await questions.find(question, in: video))
        case .video(let hash):
            question.video = hash
            return Response(json: try await questions.find(question, in: nil))
        }
    }

    func search(_ request: Request, _ context: ServerContext) async throws -> Response {
        let question = try await bodies.json(SearchRequest.self, of: request)
        return Response(json: try await questions.search(question))
    }
}
