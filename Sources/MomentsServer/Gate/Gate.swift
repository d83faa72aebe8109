import Foundation
import HTTPTypes
import Hummingbird

/// Who may come in: the host that was asked for, the page that asks, the token.
///
/// The page's own files are for everybody: they hold no secrets, and the page asks for the token itself. So a link to a
/// place in the page survives signing in, with what is after its `#`.
struct Gate: RouterMiddleware {
    typealias Context = ServerContext

    static let cookie = "moments_session"
    /// What anybody may see.
    private static let open: Set<String> = ["/health", "/openapi.json", "/login"]

    let isLoopback: Bool
    let token: TokenKeeper?
    let page: PageFiles

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= 8192 else {
            throw Failure(.uriTooLong, "uri_too_long", "The address is too long.")
        }
        let host = try host(of: request)
        try checkOrigin(of: request, host: host)
        guard let token, !Self.open.contains(request.uri.path), !isKnown(request, token) else {
            return try await next(request, context)
        }
        // A link with the token: it is exchanged for a session at once, so that it stays in no history.
        if request.method == .get, request.uri.path == "/", let given = try QueryValues(of: request).text("token") {
            return try token.session(for: given).map(Self.welcome) ?? .redirect(to: "/")
        }
        guard page.file(for: request) != nil else {
            var failure = Failure(.unauthorized, "unauthorized", "A token is needed: Authorization: Bearer TOKEN.")
            failure.headers[.wwwAuthenticate] = "Bearer"
            throw failure
        }
        return try await next(request, context)
    }

    /// On to the page, with a session.
    static func welcome(_ session: String) -> Response {
        var response = Response.redirect(to: "/")
        response.headers[.setCookie] =
            "\(cookie)=\(session); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(Int(TokenKeeper.lifetime))"
        return response
    }

    /// The host that the client meant. On this machine alone it can only be one of this machine's names: a page elsewhere
    /// may let its own name point here, and its browser would then take us for its own server.
    private func host(of request: Request) throws(Failure) -> String {
        guard let host = request.head.authority, !host.isEmpty, host.utf8.count <= 255 else {
            throw Failure(.badRequest, "no_host", "The request names no host.")
        }
        if isLoopback, !Self.namesThisMachine(host) {
            throw Failure(.forbidden, "forbidden_host", "This server answers to localhost and 127.0.0.1 only.")
        }
        return host
    }

    /// Whether this is one of this machine's own names, with or without a port.
    static func namesThisMachine(_ host: String) -> Bool {
        guard let match = host.wholeMatch(of: /(\[[^\]]*\]|[^:]*)(:[0-9]{0,5})?/) else { return false }
        return ServerSettings.isLoopback(String(match.1))
    }

    /// Pages of others may not ask for anything to be done, and not read the library.
    private func checkOrigin(of request: Request, host: String) throws(Failure) {
        let isSafe = [.get, .head, .options].contains(request.method)
        // However an address is written: links from elsewhere lead to the page and to what anybody may see, and nowhere else.
        let isLibrary = page.file(for: request) == nil && !Self.open.contains(request.uri.path)
        let refusal = Failure(.forbidden, "forbidden_origin", "Pages of another origin may not do this.")
        if let origin = request.headers[.origin], !isSafe, origin != "http://\(host)", origin != "https://\(host)" {
            throw refusal
        }
        if let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!], !isSafe || isLibrary,
            site != "same-origin", site != "none"
        {
            throw refusal
        }
    }

    private func isKnown(_ request: Request, _ token: TokenKeeper) -> Bool {
        if let field = request.headers[.authorization] {
            let parts = field.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer" { return token.accepts(String(parts[1])) }
        }
        return request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.contains { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 && parts[0] == Self.cookie && token.knows(session: parts[1])
        }
    }
}
