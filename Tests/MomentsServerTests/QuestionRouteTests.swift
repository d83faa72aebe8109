import Foundation
import HTTPTypes
import Synchronization
import Testing
import VideoLibrary

@testable import MomentsServer

@Suite("Questions to a server")
struct QuestionRouteTests {
    @Test("get moments, curve and scores, a sentence each")
    func find() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "dbbd"])
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let answer = try await client.post(
                "/v1/find", json: #"{"video":"\#(id)","sentences":["bright","dark","neither"],"limit":1}"#)
            #expect(answer.status == 200 && answer.text("video.id") == id && answer.flag("isPartial") == false)
            #expect(answer.number("answers.0.moments.0.start") == 2 && answer.number("answers.0.moments.0.end") == 6)
            #expect(answer.count("answers.0.curve.relevance") == 4 && answer.number("answers.0.curve.clipLength") == 2)
            #expect(answer.count("answers.1.moments") == 1 && answer.text("answers.1.sentence") == "dark")
            #expect(answer.flag("answers.2.noConfidentMoment") == true && answer.count("answers.2.moments") == 0)
            #expect((answer.number("answers.2.best.score") ?? 1) < 0.51)
            let all = try await client.post(
                "/v1/find", json: #"{"video":"\#(id)","sentences":["neither"],"threshold":0}"#)
            #expect(all.flag("answers.0.noConfidentMoment") == false && all.number("answers.0.threshold") == 0)
        }
    }

    @Test("are refused for what is wrong with them, field by field")
    func refusals() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "db"])
        let id = try fixture.id("a.mp4")
        try await fixture.serve(models: [BrightnessModel(), BrightnessModel("other", isOther: true)]) {
            (client) async throws in
            func status(_ json: String, _ path: String = "/v1/find") async throws -> Int {
                try await client.post(path, json: json).status
            }
            let long = String(repeating: "x", count: 1001)
            for wrong in [
                #"{"sentences":["x"]}"#, #"{"video":"\#(id)"}"#, #"{"video":"\#(id)","sentences":[]}"#,
                #"{"video":"\#(id)","sentences":[" "]}"#, #"{"video":"\#(id)","sentences":["\#(long)"]}"#,
                #"{"video":"\#(id)","sentences":"x"}"#, #"{"video":"\#(id)","sentences":["x"],"limit":0}"#,
                #"{"video":"\#(id)","sentences":["x"],"limit":null}"#,
                #"{"video":"\#(id)","sentences":["x"],"threshold":2}"#,
                #"{"video":"\#(id)","sentences":["x"],"extra":1}"#, #"{"video":"x","sentences":["x"]}"#,
                #"{"video":"\#(id)","job":"\#(UUID())","sentences":["x"]}"#, "[]", "1", #""x""#,
            ] {
                #expect(try await status(wrong) == 422, "\(wrong)")
            }
            for malformed in ["", "{", #"{"video":}"#, "\u{0}"] {
                #expect(try await status(malformed) == 400, "\(malformed)")
            }
            let none = String(repeating: "0", count: 64)
            #expect(try await status(#"{"video":"\#(none)","sentences":["x"]}"#) == 404)
            #expect(try await status(#"{"video":"\#(id)","sentences":["x"],"model":"none"}"#) == 404)
            #expect(try await status(#"{"job":"\#(UUID())","sentences":["x"]}"#) == 404)
            let refused = try await client.post(
                "/v1/find", json: #"{"video":"\#(id)","sentences":["x"],"model":"other"}"#)
            #expect(refused.status == 409 && refused.text("error.message") == "The model wants other features.")
            #expect(try await status(#"{"sentence":"x","groupBy":"day"}"#, "/v1/search") == 422)
            #expect(try await status(#"{"sentence":"x","filters":{"after":"soon"}}"#, "/v1/search") == 422)
            #expect(try await status(#"{"sentence":"x","filters":{"size":1}}"#, "/v1/search") == 422)
            #expect(try await client.send(.post, "/v1/find", Data("{}".utf8), type: "text/plain").status == 415)
            let large = try await client.post("/v1/find", json: String(repeating: " ", count: 70_000))
            #expect(large.status == 413 && large.headers[.connection] == "close")
        }
    }

    @Test("go over the whole library, grouped and filtered where it is asked for")
    func search() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["dark.mp4": "dddd", "mixed.mp4": "bdbd", "long.mp4": "dddddb"])
        try await fixture.serve { (client) async throws in
            let found = try await client.post("/v1/search", json: #"{"sentence":"bright","groupBy":"video","limit":5}"#)
            #expect(found.status == 200 && found.count("hits") == 3 && found.count("groups") == 2)
            let names = (0..<3).compactMap { found.text("hits.\($0).video.name") }
            #expect(Set(names) == ["mixed.mp4", "long.mp4"])
            let short = try await client.post(
                "/v1/search", json: #"{"sentence":"bright","filters":{"maxDuration":9,"path":"MIX"},"threshold":0}"#)
            #expect(short.text("hits.0.video.name") == "mixed.mp4" && short["groups"] is NSNull)
            let past = try await client.post(
                "/v1/search", json: #"{"sentence":"bright","filters":{"before":"2001-01-01T00:00:00Z"}}"#)
            #expect(past.count("hits") == 0 && past.flag("noConfidentMoment") == true)
        }
    }

    @Test("say when the vector database is out of order, and not where it is")
    func silentVectors() async throws {
        let fixture = try ServerFixture(vectors: SilentVectors())
        try fixture.index(["a.mp4": "dbbd"])
        try fixture.library.uploadVectors(space: fixture.encoder.space)
        try await fixture.serve { (client) async throws in
            let refused = try await client.post("/v1/search", json: #"{"sentence":"bright"}"#)
            #expect(refused.status == 503 && refused.headers[.retryAfter] != nil)
            #expect(refused.text("error.code") == "vectors_unavailable")
            #expect(refused.text("error.message")?.contains("secret.example") == false)
        }
    }

    @Test("to an empty library find nothing")
    func empty() async throws {
        try await ServerFixture().serve { (client) async throws in
            let found = try await client.post("/v1/search", json: #"{"sentence":"bright"}"#)
            #expect(found.status == 200 && found.count("hits") == 0)
        }
    }

    @Test("that come while one is answered are answered together, each as it asked, and the same only once")
    func batching() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "dbbd"])
        let id = try fixture.id("a.mp4")
        fixture.sentences.gate.close()
        try await fixture.serve { (client) async throws in
            try await withThrowingTaskGroup(of: (String, Double?).self) { group in
                func ask(_ sentence: String) {
                    group.addTask {
                        let answer = try await client.post(
                            "/v1/find", json: #"{"video":"\#(id)","sentences":["\#(sentence)"]}"#)
                        return (sentence, answer.number("answers.0.moments.0.start"))
                    }
                }
                ask("bright first")
                while fixture.sentences.gate.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
                for index in 0..<8 { ask(index % 2 == 0 ? "dark \(index)" : "bright \(index)") }
                ask("dark 0")
                while try await !client.get("/metrics").body.contains("moments_questions_waiting 9.0") {
                    try await Task.sleep(for: .milliseconds(2))
                }
                fixture.sentences.gate.open()
                for try await (sentence, start) in group {
                    #expect(start == (sentence.hasPrefix("dark") ? 0 : 2), "\(sentence)")
                }
            }
            // Nine questions, of which two are the same.
            #expect(fixture.sentences.calls.withLock { $0.map(\.count) } == [1, 8])
            #expect(try await client.get("/metrics").body.contains("\nmoments_shared_answers_total 1\n"))
            let before = fixture.sentences.calls.withLock { $0.count }
            _ = try await client.post("/v1/search", json: #"{"sentence":"dark 0"}"#)
            #expect(fixture.sentences.calls.withLock { $0.count } == before)
        }
    }

    @Test("are refused when too many wait, and given up when it takes too long")
    func overload() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "db"])
        fixture.settings.waitingQuestions = 2
        fixture.settings.questionTime = .seconds(2)
        fixture.sentences.gate.close()
        try await fixture.serve { (client) async throws in
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                func ask(_ sentence: String) {
                    group.addTask {
                        let answer = try await client.post("/v1/search", json: #"{"sentence":"\#(sentence)"}"#)
                        #expect(answer.status == 503 && answer.headers[.retryAfter] != nil)
                        return answer.text("error.code")
                    }
                }
                ask("first")
                while fixture.sentences.gate.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
                for index in 0..<5 { ask("\(index)") }
                return try await group.reduce(into: [String: Int]()) { $0[$1 ?? "", default: 0] += 1 }
            }
            #expect(codes == ["queue_full": 3, "timeout": 3])
            fixture.sentences.gate.open()
            let later = try await client.post("/v1/search", json: #"{"sentence":"dark"}"#)
            #expect(later.status == 200)
        }
    }
}

/// A vector database that has everything, and does not answer questions.
private struct SilentVectors: VectorDatabase, VectorCollection {
    let address = "http://secret.example"
    let id = "all"
    let batch = 100

    func open(space: String, width: Int) -> any VectorCollection { self }
    func collection(_ id: String) -> any VectorCollection { self }
    func known(of clips: [ClipName]) -> Set<ClipName> { Set(clips) }
    func add(_ clips: [NamedClip]) {}
    func remove(videos: [String]) {}
    func nearest(to vector: [Float], count: Int, in videos: [String]?) throws(VectorDatabaseError) -> [ClipName] {
        throw .tooSlow(address: address, seconds: 30)
    }
}
