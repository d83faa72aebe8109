import Foundation
import Yams

/// A YAML text that remembers where each of its keys stands.
///
/// A file may say `extends: other.yaml`: then it holds only what differs from that file, which lies relative to it.
/// `extends: [model.yaml, data.yaml]` puts several together; of two that say something the later one counts.
struct ConfigurationDocument {
    /// The file's name as the user gave it.
    let source: String
    private(set) var root: Node
    /// What stands in this file itself.
    private let own: Node
    /// The files that this one extends, the one that counts least first.
    private var bases: [ConfigurationDocument] = []
    private var assignments: [[String]: String] = [:]

    /// Reads YAML. Repeated keys and broken syntax are errors with their line.
    init(_ yaml: String, source: String) throws(ConfigurationFileError) {
        self.source = source
        do {
            root = try Yams.compose(yaml: yaml) ?? Node.mapping(.init([]))
        } catch let error as YamlError {
            throw Self.error(error, source: source)
        } catch {
            throw ConfigurationFileError(place: source, "\(error)")
        }
        own = root
        guard root.mapping != nil else {
            throw ConfigurationFileError(place: "\(source):1", "a configuration is a mapping of keys to values")
        }
    }

    /// Reads a file and those that it extends.
    init(contentsOf url: URL) throws(ConfigurationFileError) {
        try self.init(contentsOf: url, extendedBy: [])
    }

    private init(contentsOf url: URL, extendedBy: [String]) throws(ConfigurationFileError) {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw ConfigurationFileError(
                place: url.relativePath, exists ? "it cannot be read" : "there is no such file")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationFileError(place: url.relativePath, "it is not UTF-8 text")
        }
        try self.init(text, source: url.relativePath)
        guard let key = root.mapping?.first(where: { $0.key.string == Self.extendsKey }) else { return }
        let place = "\(source):\(key.key.mark?.line ?? 1)"
        let chain = extendedBy + [url.standardizedFileURL.path]
        let names = key.value.sequence.map { $0.map(\.string) } ?? [key.value.string]
        guard !names.isEmpty, !names.contains(nil) else {
            throw ConfigurationFileError(place: place, "extends names a file, such as base.yaml, or a list of files")
        }
        for name in names.compactMap({ $0 }) {
            bases.append(try Self.base(name, of: url, at: place, extendedBy: chain))
        }
        root = (bases.map(\.root) + [own]).reduce(Node.mapping(.init([]))) { Self.merged($0, with: $1) }
    }

    /// Reads a file that another names.
    private static func base(
        _ name: String, of url: URL, at place: String, extendedBy chain: [String]
    ) throws(ConfigurationFileError) -> ConfigurationDocument {
        let other = URL(fileURLWithPath: name, relativeTo: url.deletingLastPathComponent())
        guard !chain.contains(other.standardizedFileURL.path) else {
            throw ConfigurationFileError(place: place, "\(name) extends this file in turn")
        }
        guard FileManager.default.fileExists(atPath: other.path) else {
            throw ConfigurationFileError(place: place, "extends \(name), but there is no such file")
        }
        return try ConfigurationDocument(contentsOf: other, extendedBy: chain)
    }

    private static let extendsKey = "extends"

    private static func keys(_ node: Node) -> [String?] { node.mapping?.map(\.key.string) ?? [] }

    /// The keys of both; where both have a value the second one's counts, and mappings go together key by key.
    ///
    /// `model` holds one key, the model's name: another model takes the place of the first with all its settings.
    private static func merged(_ base: Node, with own: Node) -> Node {
        guard var result = base.mapping, let changes = own.mapping else { return own }
        for (key, value) in changes where key.string != extendsKey {
            if let known = result.first(where: { $0.key.string == key.string }) {
                let isOtherModel = key.string == "model" && keys(known.value) != keys(value)
                result[known.key] = isOtherModel ? value : merged(known.value, with: value)
            } else {
                result[key] = value
            }
        }
        return .mapping(result)
    }

    /// Takes over `key=value`, where the key is dotted and the value is YAML.
    mutating func set(_ assignment: String) throws(ConfigurationFileError) {
        let place = "--set \(assignment)"
        let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, path.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationFileError(place: place, "expected key=value, such as optimisation.epochs=5")
        }
        let value: Node
        do {
            value = try Yams.compose(yaml: String(parts[1])) ?? Node("null")
        } catch {
            throw ConfigurationFileError(place: place, "the value is not YAML")
        }
        guard let changed = Self.replacing(root, path[...], with: value) else {
            throw ConfigurationFileError(place: place, "a key on the way holds a value, not further keys")
        }
        root = changed
        assignments[path] = place
    }

    /// Where a key stands, or the nearest one above it that is there.
    func place(of path: [String]) -> String {
        for depth in path.indices {
            if let assignment = assignments[Array(path[...depth])] { return assignment }
        }
        // The latest of those that know most of the way.
        let spots = documents.map { ($0.source, $0.spot(of: path)) }
        let best = spots.dropFirst().reduce(spots[0]) { $1.1.depth > $0.1.depth ? $1 : $0 }
        return "\(best.0):\(best.1.line)"
    }

    /// This document and all that it extends, the one that counts most first.
    private var documents: [ConfigurationDocument] { [self] + bases.reversed().flatMap(\.documents) }

    /// How far a path leads in the file itself, and the line of its last key there.
    private func spot(of path: [String]) -> (depth: Int, line: Int) {
        var spot = (depth: 0, line: 1)
        var node = own
        for key in path {
            guard let pair = node.mapping?.first(where: { $0.key.string == key }) else { break }
            spot = (spot.depth + 1, pair.key.mark?.line ?? spot.line)
            node = pair.value
        }
        return spot
    }

    private static func replacing(_ node: Node, _ path: ArraySlice<String>, with value: Node) -> Node? {
        guard let key = path.first else { return value }
        guard var mapping = node.mapping else { return nil }
        let below = mapping[Node(key)] ?? Node.mapping(.init([]))
        guard let changed = replacing(below, path.dropFirst(), with: value) else { return nil }
        // Assigning through a fresh key would lose the old key's mark.
        if let old = mapping.first(where: { $0.key.string == key })?.key {
            mapping[old] = changed
        } else {
            mapping[Node(key)] = changed
        }
        return .mapping(mapping)
    }

    private static func error(_ error: YamlError, source: String) -> ConfigurationFileError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationFileError(place: "\(source):\(mark.line)", "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationFileError(
                place: "\(source):\(context.mark.line)",
                "the same key stands here twice: \(keys.joined(separator: ", "))")
        default:
            ConfigurationFileError(place: source, "this is not YAML: \(error)")
        }
    }
}

extension TrainingConfiguration {
    /// The configuration as YAML, every default written out.
    var yaml: String {
        get throws {
            let text = try YAMLEncoder().encode(self)
            guard let node = try Yams.compose(yaml: text) else { return text }
            return try Yams.serialize(node: Self.readable(node))
        }
    }

    /// Yams writes 0.1 as 1e-1.
    private static func readable(_ node: Node) -> Node {
        switch node {
        case .scalar(var scalar):
            if scalar.style == .plain, UInt64(scalar.string) == nil, Int(scalar.string) == nil,
                let number = Double(scalar.string)
            {
                scalar.string = "\(number)"
            }
            return .scalar(scalar)
        case .mapping(let mapping):
            return .mapping(.init(mapping.map { ($0.key, readable($0.value)) }))
        case .sequence(let sequence): return .sequence(.init(sequence.map(readable)))
        case .alias: return node
        }
    }
}
