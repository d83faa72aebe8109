import Foundation
import HTTPTypes
import Testing

@testable import MomentsServer

@Suite("The interface")
struct InterfaceTests {
    @Test("is what the document says: every operation is there, and no other")
    func operations() async throws {
        let fixture = try ServerFixture()
        try await fixture.serve { (client) async throws in
            let known = try InterfaceDocument(try await client.get("/openapi.json").data)
            let own = Set(client.endpoints.map { "\($0.method.rawValue) \($0.path)" })
            #expect(own == known.operations)
            let models = try await client.get("/v1/models")
            #expect(models.text("default") == "brightness" && models.text("models.0.kind") == "zero-shot")
        }
    }

    @Test("answers in one form what is wrong, wherever it is wrong")
    func errors() async throws {
        let fixture = try ServerFixture()
        try await fixture.serve { (client) async throws in
            for path in [
                "/nothing", "/v1", "/v1/videos/x/y/z", "/assets/../openapi.json", "/assets/%2e%2e/openapi.json",
            ] {
                let answer = try await client.get(path)
                #expect(answer.status == 404 && answer.text("error.code") == "not_found", "\(path)")
            }
            let method = try await client.send(.delete, "/v1/videos", isDocumented: false)
            #expect(method.status == 405 && method.headers[.allow] == "GET, HEAD, POST")
            #expect(try await client.send(.options, "/v1/find", isDocumented: false).status == 405)
            #expect(try await client.get("/v1/find").headers[.allow] == "POST")
            let named = try await client.get("/nothing", headers: [Envelope.requestID: "mine-1"])
            #expect(named.headers[Envelope.requestID] == "mine-1")
            let odd = try await client.get("/nothing", headers: [Envelope.requestID: "<b>\"x\""])
            #expect(odd.headers[Envelope.requestID] != "<b>\"x\"")
            let long = try await client.get("/v1/videos?path=" + String(repeating: "x", count: 9000))
            #expect(long.status == 414 && long.text("error.code") == "uri_too_long")
            let head = try await client.send(.head, "/v1/library")
            #expect(head.status == 200 && head.data.isEmpty)
        }
    }

    @Test("gives the page with a policy that lets nothing else in")
    func page() async throws {
        let fixture = try ServerFixture()
        try await fixture.serve { (client) async throws in
            let page = try await client.get("/")
            #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            let tag = try #require(page.headers[.eTag])
            #expect(try await client.get("/index.html", headers: [.ifNoneMatch: tag]).status == 304)
        }
    }

    @Test("counts what it does")
    func metrics() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "db"])
        try await fixture.serve { (client) async throws in
            _ = try await client.post("/v1/search", json: #"{"sentence":"dark"}"#)
            _ = try await client.get("/v1/videos/x")
            _ = try await client.get("/\(UUID())")
            let text = try await client.get("/metrics").body
            for line in [
                #"moments_http_requests_total{method="POST",route="/v1/search",status="200"} 1"#,
                #"moments_http_requests_total{method="GET",route="/v1/videos/{id}",status="404"} 1"#,
                #"moments_http_requests_total{method="GET",route="none",status="404"} 1"#,
                #"moments_http_request_seconds_count{route="/v1/search"} 1"#, "moments_question_seconds_count 1",
                "moments_encoded_sentences_total 1", #"moments_jobs{state="queued"} 0"#,
            ] {
                #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)")
            }
        }
    }
}

@Suite("Values of an address")
struct QueryValueTests {
    @Test("are read as forms write them")
    func decoding() throws {
        let query = try QueryValues("a=b+c%20d&e=%C3%BC&f=1&f=2&g")
        #expect(try query.text("a") == "b c d")
        #expect(try query.text("e") == "ü")
        #expect(try query.integer("f", in: 0...9) == 2)
        #expect(throws: Failure.self) { try query.text("g") }
        #expect(throws: Failure.self) { try QueryValues("a=%ff%") }
    }

    @Test(
        "are times as RFC 3339 has them",
        arguments: [
            ("1970-01-01T00:00:00Z", 0.0), ("1970-01-01T01:00:00.500+01:00", 0.5), ("1970-01-01t00:00:00-00:30", 1800),
            ("1972-06-30T23:59:60Z", 78_796_799),
        ])
    func dates(text: String, seconds: Double) throws {
        #expect(try QueryValues.date(text, "after").timeIntervalSince1970 == seconds)
    }

    @Test(
        "are refused where they are none",
        arguments: [
            "2026", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00", "２026-01-01T00:00:00Z",
        ])
    func odd(text: String) {
        #expect(throws: Failure.self) { try QueryValues.date(text, "after") }
    }
}
