import Foundation
import Testing

/// The OpenAPI document, and whether answers are what it says.
struct InterfaceDocument: @unchecked Sendable {
    private let root: [String: Any]

    init(_ data: Data) throws { root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]) }

    /// `GET /v1/videos/{id}`, of every operation.
    var operations: Set<String> {
        var found: Set<String> = []
        for (path, methods) in root["paths"] as? [String: [String: Any]] ?? [:] {
            for method in methods.keys { found.insert("\(method.uppercased()) \(path)") }
        }
        return found
    }

    /// What is wrong with an answer; empty where nothing is.
    func problems(_ method: String, _ path: String, status: Int, type: String?, body: Data) -> [String] {
        guard
            let operation = (root["paths"] as? [String: [String: Any]])?[path]?[method.lowercased()] as? [String: Any],
            let responses = operation["responses"] as? [String: Any]
        else { return ["\(method) \(path) is not in the document"] }
        guard
            let response = (responses["\(status)"] ?? responses["default"]).flatMap({ resolved($0) as? [String: Any] })
        else { return ["\(status) is no answer to \(method) \(path)"] }
        if responses["\(status)"] == nil, status < 400 { return ["\(status) is no answer to \(method) \(path)"] }
        guard let content = response["content"] as? [String: [String: Any]] else { return [] }
        let plain = type.map { String($0.split(separator: ";")[0]) } ?? ""
        let family = plain.split(separator: "/").first.map { "\($0)/*" } ?? ""
        guard let media = content[plain] ?? content[family] else {
            return ["\(plain) is not the type of \(method) \(path) \(status)"]
        }
        guard plain == "application/json", let schema = media["schema"] else { return [] }
        guard let value = try? JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed) else {
            return ["the body of \(method) \(path) is no JSON"]
        }
        return problems(value, schema, "\(method) \(path) \(status)")
    }

    private func resolved(_ node: Any) -> Any {
        guard let reference = (node as? [String: Any])?["$ref"] as? String else { return node }
        return reference.split(separator: "/").dropFirst().reduce(root as Any) { node, key in
            (node as? [String: Any])?[String(key)] ?? [String: Any]()
        }
    }

    /// As much of JSON Schema as the document uses. An object may have no field that the document does not name.
    private func problems(_ value: Any, _ schema: Any, _ place: String) -> [String] {
        guard let schema = resolved(schema) as? [String: Any], !schema.isEmpty else { return ["\(place): no schema"] }
        if let choices = schema["oneOf"] as? [Any] {
            return choices.contains { problems(value, $0, place).isEmpty } ? [] : ["\(place): none of the choices"]
        }
        if let parts = schema["allOf"] as? [Any] {
            let properties = parts.compactMap { merged($0) }.reduce(into: [String: Any]()) { $0.merge($1.0) { $1 } }
            let required = parts.compactMap { merged($0) }.flatMap(\.1)
            return object(value, properties, required, place)
        }
        var found: [String] = []
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        if !types.isEmpty, !types.contains(where: { Self.isOf($0, value) }) {
            return ["\(place): \(value) is no \(types)"]
        }
        if let allowed = schema["enum"] as? [Any], !allowed.contains(where: { "\($0)" == "\(value)" }) {
            found.append("\(place): \(value) is none of \(allowed)")
        }
        if let number = (value as? NSNumber)?.doubleValue, !(value is String) {
            if let least = schema["minimum"] as? NSNumber, number < least.doubleValue {
                found.append("\(place): \(number)")
            }
            if let most = schema["maximum"] as? NSNumber, number > most.doubleValue {
                found.append("\(place): \(number)")
            }
        }
        if let items = schema["items"], let values = value as? [Any] {
            for (index, value) in values.enumerated() { found += problems(value, items, "\(place)[\(index)]") }
        }
        if let properties = schema["properties"] as? [String: Any], !(value is NSNull) {
            found += object(value, properties, schema["required"] as? [String] ?? [], place)
        }
        return found
    }

    private func merged(_ schema: Any) -> ([String: Any], [String])? {
        guard let schema = resolved(schema) as? [String: Any] else { return nil }
        if let parts = schema["allOf"] as? [Any] {
            let all = parts.compactMap { merged($0) }
            return (all.reduce(into: [:]) { $0.merge($1.0) { $1 } }, all.flatMap(\.1))
        }
        return (schema["properties"] as? [String: Any] ?? [:], schema["required"] as? [String] ?? [])
    }

    private func object(_ value: Any, _ properties: [String: Any], _ required: [String], _ place: String) -> [String] {
        guard let fields = value as? [String: Any] else { return ["\(place): no object"] }
        var found = required.filter { fields[$0] == nil }.map { "\(place).\($0) is missing" }
        for (name, value) in fields {
            if let schema = properties[name] {
                found += problems(value, schema, "\(place).\(name)")
            } else {
                found.append("\(place).\(name) is not in the document")
            }
        }
        return found
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "null": value is NSNull
        case "string": value is String
        case "boolean": value is Bool
        case "integer": (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        case "number": value is NSNumber
        case "array": value is [Any]
        case "object": value is [String: Any]
        default: false
        }
    }
}
