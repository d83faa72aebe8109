import Yams

/// Decodes a configuration strictly: a key that nobody asked for is an error, and so is a value of another type.
///
/// What the user left out comes from the defaults of the nearest ``ConfigurationBlock``.
struct ConfigurationDecoder: Decoder {
    let node: Node?
    let defaults: Node?
    let codingPath: [any CodingKey]
    let ledger: KeyLedger
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Decodes the whole document; the error lists every unknown key.
    static func decode<T: Decodable>(_ type: T.Type, from document: ConfigurationDocument)
        throws(ConfigurationFileError)
        -> T
    {
        let ledger = KeyLedger()
        let decoder = ConfigurationDecoder(node: document.root, defaults: nil, codingPath: [], ledger: ledger)
        let value: T
        do {
            value = try decoder.decode(type)
        } catch let error as DecodingError {
            let (path, reason) = error.pathAndReason
            throw ConfigurationFileError(place: document.place(of: path), key: path.joined(separator: "."), reason)
        } catch {
            throw ConfigurationFileError(place: document.source, "\(error)")
        }
        try ledger.check(document)
        return value
    }

    /// The user's value where there is one, the default otherwise.
    var present: Node? { node ?? defaults }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        var decoder = self
        if let block = type as? any ConfigurationBlock.Type, defaults == nil {
            decoder = ConfigurationDecoder(node: node, defaults: block.defaults, codingPath: codingPath, ledger: ledger)
        }
        do {
            return try T(from: decoder)
        } catch let error as DecodingError {
            if let choices = choices(of: type) { throw mismatch(choices) }
            throw error
        }
    }

    /// Names of the values that a type can have, for enumerations of texts.
    private func choices(of type: Any.Type) -> String? {
        guard let all = (type as? any CaseIterable.Type)?.rawTexts, !all.isEmpty else { return nil }
        return "one of \(all.joined(separator: ", "))"
    }

    func mismatch(_ expected: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: "expected \(expected), found \(found)"))
    }

    private var found: String {
        switch present {
        case .scalar(let scalar): "“\(scalar.string)”"
        case .mapping: "further keys"
        case .sequence: "a list"
        case .alias, nil: "nothing"
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node?.mapping != nil || (node == nil && defaults?.mapping != nil) else { throw mismatch("further keys") }
        ledger.visit(codingPath.map(\.stringValue), keys: node?.mapping?.keys.compactMap(\.string) ?? [])
        return KeyedDecodingContainer(ConfigurationKeys<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let sequence = present?.sequence else { throw mismatch("a list, such as [a, b]") }
        return ConfigurationList(decoder: self, nodes: Array(sequence))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { ConfigurationValue(decoder: self) }
}

/// A key that is known only at run time.
struct ConfigurationKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Which keys were asked for, and which the user gave.
final class KeyLedger {
    private var given: [[String]: [String]] = [:]
    private var known: [[String]: [String]] = [:]

    func visit(_ path: [String], keys: [String]) { given[path] = keys }

    func ask(_ path: [String], _ key: String) {
        if known[path]?.contains(key) != true { known[path, default: []].append(key) }
    }

    /// Throws an error with all keys that the user gave and nobody asked for.
    func check(_ document: ConfigurationDocument) throws(ConfigurationFileError) {
        var problems: [ConfigurationFileError.Problem] = []
        for path in given.keys.sorted(by: { $0.joined(separator: ".") < $1.joined(separator: ".") }) {
            let known = known[path] ?? []
            for key in given[path] ?? [] where !known.contains(key) {
                let full = path + [key]
                problems.append(
                    .init(
                        place: document.place(of: full), key: full.joined(separator: "."),
                        reason: "there is no such key. Known here: \(known.joined(separator: ", "))"))
            }
        }
        if !problems.isEmpty { throw ConfigurationFileError(problems) }
    }
}

extension CaseIterable {
    fileprivate static var rawTexts: [String]? {
        let texts = allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        return texts.count == allCases.count ? texts : nil
    }
}

extension DecodingError {
    fileprivate var pathAndReason: (path: [String], reason: String) {
        func names(_ path: [any CodingKey]) -> [String] { path.map(\.stringValue) }
        switch self {
        case .dataCorrupted(let context): return (names(context.codingPath), context.debugDescription)
        case .typeMismatch(_, let context): return (names(context.codingPath), context.debugDescription)
        case .keyNotFound(let key, let context): return (names(context.codingPath) + [key.stringValue], "it is missing")
        case .valueNotFound(_, let context): return (names(context.codingPath), context.debugDescription)
        @unknown default: return ([], "\(self)")
        }
    }
}
