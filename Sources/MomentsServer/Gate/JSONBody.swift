import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads the bodies of requests.
struct BodyReader {
    let limit: Int
    let time: Duration

    /// The value that a request holds as JSON.
    ///
    /// - Throws: ``Failure``: of another type, too large, too slow, no JSON, or not the value.
    func json<Value: Decodable & Sendable>(_: Value.Type, of request: Request) async throws -> Value {
        let data = try await bytes(of: request, type: "application/json")
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch let error as DecodingError {
            throw Self.failure(error)
        }
    }

    /// The fields of a form.
    func form(of request: Request) async throws -> QueryValues {
        let data = try await bytes(of: request, type: "application/x-www-form-urlencoded")
        guard let text = String(data: data, encoding: .utf8) else { throw Failure.malformed("The form is no text.") }
        return try QueryValues(text)
    }

    private func bytes(of request: Request, type: String) async throws -> Data {
        guard Self.type(of: request) == type else {
            throw Failure(.unsupportedMediaType, "unsupported_type", "The body must be \(type).").closing()
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Failure.tooLarge(limit)
        }
        let buffer = try await within(
            time, else: Failure(.requestTimeout, "too_slow", "The body came too slowly.").closing()
        ) {
            do {
                return try await request.body.collect(upTo: limit)
            } catch is NIOTooManyBytesError {
                throw Failure.tooLarge(limit)
            }
        }
        return Data(buffer.readableBytesView)
    }

    /// `video/mp4` of `Video/MP4; codecs=avc1`.
    static func type(of request: Request) -> String? {
        request.headers[.contentType].flatMap { $0.split(separator: ";").first }
            .map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    }

    private static func failure(_ error: DecodingError) -> Failure {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            let keys = (context.codingPath + [last].compactMap { $0 }).map {
                $0.intValue.map { "\($0)" } ?? $0.stringValue
            }
            return keys.isEmpty ? "the body" : keys.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): .invalid("\(path(context, key)) is missing.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            .invalid("\(path(context)) is of another kind: \(context.debugDescription)")
        case .dataCorrupted(let context) where context.codingPath.isEmpty: .malformed("The body is no JSON.")
        case .dataCorrupted(let context): .invalid("\(path(context)): \(context.debugDescription)")
        @unknown default: .malformed("The body is not what is asked for.")
        }
    }
}

/// Runs work that must end in time, and cancels it where it does not.
func within<Value: Sendable>(
    _ time: Duration, else failure: Failure, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: time)
            throw failure
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw failure }
        return value
    }
}

/// A JSON object of which nothing else is known than its fields.
struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer {
    /// The value of a field that may be left out; null is no value unless it is said to be.
    func optional<Value: Decodable>(_ type: Value.Type, _ key: Key, orNull: Bool = false) throws -> Value? {
        guard contains(key) else { return nil }
        return orNull ? try decodeIfPresent(type, forKey: key) : try decode(type, forKey: key)
    }

    func invalid(_ key: Key, _ message: String) -> DecodingError {
        .dataCorruptedError(forKey: key, in: self, debugDescription: message)
    }
}

extension Decoder {
    /// A container of an object that has no other fields than these.
    func closed<Key: CodingKey & CaseIterable>(_ keys: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        let fields = try container(keyedBy: FieldName.self)
        if let other = fields.allKeys.first(where: { !known.contains($0.stringValue) }) {
            throw fields.invalid(other, "there is no such field")
        }
        return try container(keyedBy: Key.self)
    }
}
