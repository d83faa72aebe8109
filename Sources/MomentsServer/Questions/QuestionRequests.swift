import Foundation
import VideoLibrary

/// `POST /v1/find`.
struct FindRequest: Decodable, Sendable {
    /// A video's hash, or else a job.
    var video: String?
    var job: UUID?
    var sentences: [String]
    var model: String?
    var threshold: Double?
    var limit = 5

    enum CodingKeys: String, CodingKey, CaseIterable { case video, job, sentences, model, threshold, limit }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closed(CodingKeys.self)
        video = try fields.optional(String.self, .video)
        let job = try fields.optional(String.self, .job)
        guard (video == nil) != (job == nil) else {
            throw fields.invalid(.video, "give either a video or a job")
        }
        if let video, !VideoID.isOne(video) { throw fields.invalid(.video, "a video has 64 hexadecimal digits") }
        if let job {
            guard let id = UUID(uuidString: job) else { throw fields.invalid(.job, "this names no job") }
            self.job = id
        }
        sentences = try fields.decode([String].self, forKey: .sentences)
        guard (1...16).contains(sentences.count) else {
            throw fields.invalid(.sentences, "give 1 to 16 sentences")
        }
        for sentence in sentences {
            if let problem = Sentence.problem(sentence) { throw fields.invalid(.sentences, problem) }
        }
        model = try Sentence.model(fields, .model)
        threshold = try Sentence.threshold(fields, .threshold)
        limit = try Sentence.limit(fields, .limit) ?? limit
    }
}

/// `POST /v1/search`.
struct SearchRequest: Decodable, Sendable {
    var sentence: String
    var model: String?
    var threshold: Double?
    var limit = 10
    var groupsByVideo = false
    var filters = VideoFilters()

    enum CodingKeys: String, CodingKey, CaseIterable { case sentence, model, threshold, limit, groupBy, filters }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closed(CodingKeys.self)
        sentence = try fields.decode(String.self, forKey: .sentence)
        if let problem = Sentence.problem(sentence) { throw fields.invalid(.sentence, problem) }
        model = try Sentence.model(fields, .model)
        threshold = try Sentence.threshold(fields, .threshold)
        limit = try Sentence.limit(fields, .limit) ?? limit
        if let groupBy = try fields.optional(String.self, .groupBy, orNull: true) {
            guard groupBy == "video" else { throw fields.invalid(.groupBy, "give “video” or null") }
            groupsByVideo = true
        }
        filters = try fields.optional(VideoFilters.self, .filters) ?? filters
    }
}

/// Which videos count, as clients say it.
struct VideoFilters: Decodable, Sendable {
    static let lengths = 0.0...1e9

    var filter = LibraryFilter()

    enum CodingKeys: String, CodingKey, CaseIterable { case path, after, before, minDuration, maxDuration }

    init() {}

    /// The filters of an address.
    init(_ query: QueryValues) throws(Failure) {
        filter.path = try query.text("path", longest: 500)
        filter.addedAfter = try query.date("after")
        filter.addedBefore = try query.date("before")
        set(
            try query.number("minDuration", in: Self.lengths), try query.number("maxDuration", in: Self.lengths))
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closed(CodingKeys.self)
        if let path = try fields.optional(String.self, .path) {
            guard (1...500).contains(path.unicodeScalars.count), !path.unicodeScalars.contains("\0") else {
                throw fields.invalid(.path, "give 1 to 500 characters")
            }
            filter.path = path
        }
        func date(_ key: CodingKeys) throws -> Date? {
            try fields.optional(String.self, key).map { text in
                do {
                    return try QueryValues.date(text, key.stringValue)
                } catch {
                    throw fields.invalid(key, "give a time as 2026-11-25T20:00:00Z")
                }
            }
        }
        func length(_ key: CodingKeys) throws -> Double? {
            let value = try fields.optional(Double.self, key)
            if let value, !Self.lengths.contains(value) { throw fields.invalid(key, "give 0 to 1e9 seconds") }
            return value
        }
        filter.addedAfter = try date(.after)
        filter.addedBefore = try date(.before)
        set(try length(.minDuration), try length(.maxDuration))
    }

    /// A least length above the greatest fits no video.
    private mutating func set(_ least: Double?, _ greatest: Double?) {
        guard least != nil || greatest != nil else { return }
        let (least, greatest) = (least ?? 0, greatest ?? .greatestFiniteMagnitude)
        filter.duration = least <= greatest ? least...greatest : -2 ... -1
    }
}

/// What the fields that both requests have may hold.
private enum Sentence {
    static func problem(_ sentence: String) -> String? {
        guard (1...1000).contains(sentence.unicodeScalars.count) else { return "a sentence has 1 to 1000 characters" }
        let isBlank = sentence.unicodeScalars.allSatisfy {
            $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) || $0 == "\u{FEFF}"
        }
        return isBlank ? "a sentence holds a word" : nil
    }

    static func model<Key>(_ fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> String? {
        guard let name = try fields.optional(String.self, key) else { return nil }
        guard (1...100).contains(name.unicodeScalars.count) else {
            throw fields.invalid(key, "a name has 1 to 100 characters")
        }
        return name
    }

    static func threshold<Key>(_ fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> Double? {
        guard let value = try fields.optional(Double.self, key, orNull: true) else { return nil }
        guard (0...1).contains(value) else { throw fields.invalid(key, "give 0 to 1") }
        return value
    }

    static func limit<Key>(_ fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> Int? {
        guard let value = try fields.optional(Int.self, key) else { return nil }
        guard (1...100).contains(value) else { throw fields.invalid(key, "give 1 to 100") }
        return value
    }
}

/// A video's content hash, as clients name it.
enum VideoID {
    static func isOne(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
