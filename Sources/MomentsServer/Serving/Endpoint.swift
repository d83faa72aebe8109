import HTTPTypes
import Hummingbird

/// A method at a path, as the interface's document names them.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// As `/v1/videos/{id}`.
    let path: String
    let handler: @Sendable (Request, ServerContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.handler = handler
    }

    /// Whether a path of a request is one of this endpoint's.
    func matches(_ path: String) -> Bool {
        let (own, other) = (self.path.split(separator: "/"), path.split(separator: "/"))
        return own.count == other.count
            && zip(own, other).allSatisfy { part, text in
                guard part.first == "{", let end = part.firstIndex(of: "}") else { return part == text }
                return text.hasSuffix(part[part.index(after: end)...])
            }
    }
}

/// What is at no endpoint: a file of the page, another method's path, or nothing.
struct Elsewhere: RouterMiddleware {
    typealias Context = ServerContext

    let endpoints: [Endpoint]
    let page: PageFiles

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let methods = endpoints.filter { $0.matches(path) }.map(\.method)
        guard methods.isEmpty else {
            if methods.contains(request.method) || (request.method == .head && methods.contains(.get)) {
                return try await next(request, context)
            }
            var failure = Failure(
                .methodNotAllowed, "method_not_allowed",
                "\(path) is not asked by \(request.method.rawValue.prefix(20)).")
            let allowed = Set(methods.map(\.rawValue) + (methods.contains(.get) ? ["HEAD"] : []))
            failure.headers[.allow] = allowed.sorted().joined(separator: ", ")
            throw failure
        }
        if let response = page.response(to: request) {
            context.coreContext.endpointPath.value = "page"
            return response
        }
        context.coreContext.endpointPath.value = "none"
        throw Failure.notFound("There is nothing at this address; /openapi.json says what there is.")
    }
}
