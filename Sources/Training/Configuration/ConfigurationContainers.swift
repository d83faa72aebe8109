import Yams

/// The keys of one mapping.
struct ConfigurationKeys<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ConfigurationDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    /// The user's own keys; the defaults' where the user gave none of the mapping.
    var allKeys: [Key] {
        (decoder.present?.mapping?.keys.compactMap(\.string) ?? []).compactMap { Key(stringValue: $0) }
    }

    private func below(_ key: any CodingKey) -> ConfigurationDecoder {
        decoder.ledger.ask(codingPath.map(\.stringValue), key.stringValue)
        return ConfigurationDecoder(
            node: decoder.node?.mapping?[key.stringValue], defaults: decoder.defaults?.mapping?[key.stringValue],
            codingPath: codingPath + [key], ledger: decoder.ledger)
    }

    private func value(_ key: Key) throws -> ConfigurationDecoder {
        let below = below(key)
        guard below.present != nil else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "it is missing"))
        }
        return below
    }

    func contains(_ key: Key) -> Bool { below(key).present != nil }
    func decodeNil(forKey key: Key) throws -> Bool { ConfigurationValue(decoder: below(key)).decodeNil() }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try value(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try value(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

/// The entries of one list.
struct ConfigurationList: UnkeyedDecodingContainer {
    let decoder: ConfigurationDecoder
    let nodes: [Node]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { nodes.count }
    var isAtEnd: Bool { currentIndex == nodes.count }

    init(decoder: ConfigurationDecoder, nodes: [Node]) {
        self.decoder = decoder
        self.nodes = nodes
    }

    private mutating func next() throws -> ConfigurationDecoder {
        guard !isAtEnd else { throw decoder.mismatch("a longer list") }
        defer { currentIndex += 1 }
        return ConfigurationDecoder(
            node: nodes[currentIndex], defaults: nil, codingPath: codingPath, ledger: decoder.ledger)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { return false }
        let value = ConfigurationDecoder(
            node: nodes[currentIndex], defaults: nil, codingPath: codingPath, ledger: decoder.ledger)
        let isNil = ConfigurationValue(decoder: value).decodeNil()
        if isNil { currentIndex += 1 }
        return isNil
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
}

/// One value.
struct ConfigurationValue: SingleValueDecodingContainer {
    let decoder: ConfigurationDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    private var scalar: Node.Scalar? { decoder.present?.scalar }
    /// The text of an unquoted value; `"5"` in quotes is no number.
    private var plain: String? {
        guard let scalar, scalar.style == .plain || scalar.style == .any else { return nil }
        return scalar.string
    }

    func decodeNil() -> Bool {
        guard decoder.present != nil else { return true }
        return plain.map { ["", "~", "null"].contains($0) } ?? false
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch plain {
        case "true": true
        case "false": false
        default: throw decoder.mismatch("true or false")
        }
    }

    func decode(_ type: String.Type) throws -> String {
        guard let scalar, !decodeNil() else { throw decoder.mismatch("a text") }
        return scalar.string
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let text = plain, let value = Double(text.filter { $0 != "_" }), value.isFinite else {
            throw decoder.mismatch("a number")
        }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard let text = plain, let value = T(text.filter { $0 != "_" }) else {
            throw decoder.mismatch(T.isSigned ? "a whole number" : "a whole number, 0 or greater")
        }
        return value
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}
