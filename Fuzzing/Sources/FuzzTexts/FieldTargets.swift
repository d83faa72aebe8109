import Foundation
import Fuzzing

@testable import MomentsServer

/// An input that is no text.
private struct NoText: Error {}

func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

func text(_ bytes: [UInt8]) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw NoText() }
    return text
}

/// What the fields of requests may hold, without the server around them.
let fieldTargets = [
    FuzzTarget("find-body") {
        texts(
            """
            {"video": "\(String(repeating: "a", count: 64))", "sentences": ["A man."], "threshold": 0.5, "limit": 3}
            """)
    } read: {
        let request = try JSONDecoder().decode(FindRequest.self, from: Data($0))
        precondition((1...16).contains(request.sentences.count) && (1...100).contains(request.limit))
    },
    FuzzTarget("search-body") {
        texts(
            #"{"sentence": "A man.", "groupBy": "video", "filters": {"path": "x", "minDuration": 3}, "model": null}"#,
            #"{"sentence": "A", "filters": {"after": "2026-11-25T20:00:00Z", "maxDuration": 1e9}, "threshold": 0}"#)
    } read: {
        let request = try JSONDecoder().decode(SearchRequest.self, from: Data($0))
        precondition((1...100).contains(request.limit))
    },
    FuzzTarget("range") {
        texts("bytes=0-99", "bytes=-5", "bytes=10-")
    } read: { bytes in
        for size in [0, 1, 100, Int64.max] {
            if case .part(let range) = ByteRange(try text(bytes), size: size) {
                precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size, "\(range) of \(size)")
            }
        }
    },
    FuzzTarget("query") {
        texts("start=10&end=2e1&name=a%20b.mp4&limit=3&flag=true&after=2026-11-25T20:00:00.5%2B01:00&minDuration=2")
    } read: { bytes in
        let values = try QueryValues(text(bytes))
        let number = try? values.number("start", in: 0...1e6)
        precondition((0...1e6).contains(number ?? 0))
        _ = try? values.integer("limit", in: 1...100)
        _ = try? values.flag("flag")
        _ = try? VideoFilters(values)
        let name = try values.text("name", longest: 255) ?? "x"
        precondition((1...255).contains(name.unicodeScalars.count))
    },
    FuzzTarget("upload-name") {
        texts("name=holiday.mp4", "name=%E2%80%AE..%2F.a%3Cb%3E.webm")
    } read: { bytes in
        let name = try Uploads.name(QueryValues(text(bytes)))
        let isHarmless = !name.hasPrefix(".") && name.utf8.allSatisfy { $0 >= 32 && $0 != 127 && $0 != 47 && $0 != 92 }
        precondition(isHarmless && name.utf8.count <= 255, "an upload is called \(name.debugDescription)")
    },
    FuzzTarget("host") {
        texts("localhost:8080", "[::1]:80", "127.0.0.1")
    } read: { bytes in
        // What a browser would make of it.
        let host = try text(bytes)
        guard Gate.namesThisMachine(host), let name = URL(string: "http://\(host)/")?.host() else { return }
        precondition(ServerSettings.isLoopback(name), "\(host) leads to \(name)")
    },
]
