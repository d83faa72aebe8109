import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import MomentsServer

@Suite("The gate of a server")
struct GateTests {
    private static let token = "0123456789abcdef"

    @Test("lets nobody in without the token, and everybody with it")
    func token() async throws {
        let fixture = try ServerFixture()
        fixture.settings.token = Self.token
        try await fixture.serve { (client) async throws in
            for path in ["/v1/videos", "/v1/models", "/metrics", "/v1/jobs", "/v1/library", "/nothing"] {
                let refused = try await client.get(path)
                #expect(refused.status == 401 && refused.headers[.wwwAuthenticate] == "Bearer", "\(path)")
            }
            for path in ["/health", "/openapi.json", "/login"] { #expect(try await client.get(path).status == 200) }
            for wrong in ["Bearer 0123456789abcdeF", "Bearer ", "Basic \(Self.token)", Self.token] {
                #expect(try await client.get("/v1/models", headers: [.authorization: wrong]).status == 401, "\(wrong)")
            }
            #expect(try await client.get("/v1/models", headers: [.authorization: "bearer \(Self.token)"]).status == 200)
        }
    }

    @Test("gives everybody the page, which asks for the token itself, and nobody anything else")
    func page() async throws {
        let fixture = try ServerFixture()
        fixture.settings.token = Self.token
        try await fixture.serve { (client) async throws in
            let page = try await client.get("/")
            #expect(page.status == 200 && page.body.contains("signing-in"))
            for path in [
                "/index.html", "/page.js", "/theme.js", "/icon.svg", "/style/layout.css", "/modules/api.js",
                "/modules/parts/sign-in.js",
            ] {
                #expect(try await client.get(path).status == 200, "\(path)")
            }
            for path in ["/modules/none.js", "/modules/", "/style/../v1/videos"] {
                #expect(try await client.get(path).status == 401, "\(path)")
            }
            #expect(try await client.send(.post, "/").status == 401)
        }
    }

    @Test("gives browsers a session for the token, by a form or by a link")
    func session() async throws {
        let fixture = try ServerFixture()
        fixture.settings.token = Self.token
        try await fixture.serve { (client) async throws in
            func login(_ token: String) async throws -> ServerClient.Answer {
                try await client.send(
                    .post, "/login", Data("token=\(token)".utf8), type: "application/x-www-form-urlencoded")
            }
            #expect(try await login("wrong").status == 401)
            for answer in [try await login(Self.token), try await client.get("/?token=\(Self.token)")] {
                #expect(answer.status == 303 && answer.headers[.location] == "/")
                let field = try #require(answer.headers[.setCookie])
                #expect(field.contains("HttpOnly") && field.contains("SameSite=Lax") && !field.contains(Self.token))
                let cookie = String(field.split(separator: ";")[0])
                #expect(try await client.get("/v1/models", headers: [.cookie: "a=b; \(cookie)"]).status == 200)
                #expect(try await client.get("/", headers: [.cookie: cookie]).status == 200)
            }
            let wrong = try await client.get("/?token=wrong")
            #expect(wrong.status == 303 && wrong.headers[.location] == "/" && wrong.headers[.setCookie] == nil)
            #expect(
                try await client.get("/v1/models", headers: [.cookie: "moments_session=\(Self.token)"]).status == 401)
            for _ in 0..<10 { _ = try await login("wrong") }
            let locked = try await login(Self.token)
            #expect(locked.status == 429 && locked.headers[.retryAfter] == "60")
        }
    }

    @Test("keeps out pages of other origins")
    func origins() async throws {
        let fixture = try ServerFixture()
        try await fixture.serve { (client) async throws in
            func ask(_ headers: HTTPFields) async throws -> Int {
                try await client.send(
                    .post, "/v1/search", Data(#"{"sentence":"x"}"#.utf8), type: "application/json", headers: headers
                ).status
            }
            let site = HTTPField.Name("Sec-Fetch-Site")!
            #expect(try await ask([.origin: "http://evil.example"]) == 403)
            #expect(try await ask([.origin: "null"]) == 403)
            #expect(try await ask([.origin: "http://localhost"]) == 200)
            #expect(try await ask([site: "cross-site"]) == 403)
            #expect(try await ask([site: "same-origin"]) == 200)
            for path in ["/v1/videos", "//v1/videos", "/v1//videos", "/v1/videos/", "/metrics", "/nothing"] {
                #expect(try await client.get(path, headers: [site: "cross-site"]).status == 403, "\(path)")
            }
            for path in ["/", "/page.js", "/health"] {
                #expect(try await client.get(path, headers: [site: "cross-site"]).status == 200, "\(path)")
            }
            let answer = try await client.get("/v1/videos")
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(answer.headers[.xContentTypeOptions] == "nosniff" && answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test("opens to others only with a token that cannot be guessed")
    func settings() async throws {
        let fixture = try ServerFixture()
        fixture.settings.host = "0.0.0.0"
        await #expect(throws: ServerError.needsToken(host: "0.0.0.0")) { try await fixture.serve { _ in } }
        for token in ["short", "0123456789 abcdef", ""] {
            fixture.settings.token = token
            await #expect(throws: ServerError.weakToken) { try await fixture.serve { _ in } }
        }
        fixture.settings.token = Self.token
        try await fixture.serve { (client) async throws in #expect(try await client.get("/health").status == 200) }
    }

    @Test(
        "knows which addresses are this machine's own",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
            ("::", false),
            ("127.0.0.1.evil.example", false), ("127.1", false), ("evil.example", false), ("", false),
        ])
    func loopback(host: String, isOwn: Bool) { #expect(ServerSettings.isLoopback(host) == isOwn) }

    @Test(
        "reads no more than a port behind a name",
        arguments: [
            ("localhost:8080", true), ("127.0.0.1", true), ("[::1]:80", true), ("localhost:8080@evil.example", false),
            ("[::1]evil.example", false), ("localhost:80:80", false), (":8080", false),
        ])
    func hosts(host: String, isOwn: Bool) { #expect(Gate.namesThisMachine(host) == isOwn) }

    @Test("calls a body that is no HTTP a mistake of the client, and ends the connection")
    func unreadableBody() throws {
        let failure = try #require(Failure(HTTPParserError.invalidChunkSize))
        #expect(failure.status == .badRequest && failure.closesConnection)
    }
}
