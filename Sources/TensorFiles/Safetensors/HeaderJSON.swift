/// A JSON value of a safetensors header, with its keys in order and repeated keys still visible.
///
/// Foundation's parser silently keeps one of two equal keys and forgets the order; a header needs both.
enum HeaderJSON {
    case null
    case bool(Bool)
    /// A number; nil where it is no integer that fits.
    case number(Int?)
    case string(String)
    case array([HeaderJSON])
    case object([(key: String, value: HeaderJSON)])

    /// What is wrong with the text and at which byte.
    struct SyntaxError: Error {
        let what: String
        let offset: Int
    }

    /// Parses one value and nothing but blanks after it.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws -> HeaderJSON {
        var parser = Parser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.offset == bytes.count else { throw parser.error("text after the end of the JSON value") }
        return value
    }

    var object: [(key: String, value: HeaderJSON)]? {
        if case .object(let entries) = self { entries } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A list of integers of zero or more.
    var sizes: [Int]? {
        guard case .array(let values) = self else { return nil }
        var sizes: [Int] = []
        for value in values {
            guard case .number(let number?) = value, number >= 0 else { return nil }
            sizes.append(number)
        }
        return sizes
    }
}

private struct Parser {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    func error(_ what: String) -> HeaderJSON.SyntaxError { .init(what: what, offset: offset) }

    mutating func skipBlanks() {
        while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
    }

    private func peek() throws -> UInt8 {
        guard offset < bytes.count else { throw error("the JSON text ends too early") }
        return bytes[offset]
    }

    private mutating func take(_ character: Unicode.Scalar) throws -> Bool {
        skipBlanks()
        guard try peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard try take(character) else { throw error("“\(character)” expected") }
    }

    mutating func value(depth: Int) throws -> HeaderJSON {
        guard depth < 16 else { throw error("too deeply nested") }
        skipBlanks()
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws -> [(key: String, value: HeaderJSON)] {
        try expect("{")
        var entries: [(key: String, value: HeaderJSON)] = []
        if try take("}") { return entries }
        repeat {
            skipBlanks()
            let key = try string()
            try expect(":")
            entries.append((key, try value(depth: depth + 1)))
        } while try take(",")
        try expect("}")
        return entries
    }

    private mutating func array(depth: Int) throws -> [HeaderJSON] {
        try expect("[")
        var values: [HeaderJSON] = []
        if try take("]") { return values }
        repeat { values.append(try value(depth: depth + 1)) } while try take(",")
        try expect("]")
        return values
    }

    private mutating func word(_ text: StaticString, _ value: HeaderJSON) throws -> HeaderJSON {
        let end = offset + text.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[offset..<end].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: end - offset))
        else { throw error("“\(text)” expected") }
        offset = end
        return value
    }

    private mutating func number() throws -> HeaderJSON {
        let start = offset
        while offset < bytes.count, bytes[offset].isNumberCharacter { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if let integer = Int(text), text.first != "+" { return .number(integer) }
        guard Double(text) != nil, text.first?.isNumber == true || text.first == "-" else {
            offset = start
            throw error("a JSON value expected")
        }
        return .number(nil)
    }

    private mutating func string() throws -> String {
        guard try peek() == UInt8(ascii: "\"") else { throw error("a string expected") }
        offset += 1
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("a string that is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
            case 0..<0x20: throw error("a control character inside a string")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape() throws -> Unicode.Scalar {
        let byte = try peek()
        offset += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return Unicode.Scalar(byte)
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try unicodeEscape()
        default: throw error("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw error("half of a surrogate pair") }
        offset += 2
        let second = try hexadecimal()
        guard (0xdc00..<0xe000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw error("half of a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard offset + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits expected") }
        offset += 4
        return value
    }
}

extension UInt8 {
    fileprivate var isNumberCharacter: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || "+-.eE".utf8.contains(self)
    }
}
