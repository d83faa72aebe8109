/// A Python literal, as the header of a `.npy` file is one: strings, numbers, `True`, `None`, tuples, lists, dicts.
indirect enum PythonLiteral {
    case string(String)
    /// An integer; nil where it does not fit into an `Int`.
    case integer(Int?)
    case bool(Bool)
    case null
    /// A tuple or a list.
    case sequence([PythonLiteral])
    case dictionary([(key: String, value: PythonLiteral)])

    /// What is wrong with the text.
    struct SyntaxError: Error {
        let what: String
    }

    /// Parses the text of one literal, in ASCII or UTF-8.
    static func parse(_ text: ByteSlice) throws -> PythonLiteral {
        try text.withBytes { bytes in
            var parser = Parser(rest: bytes[...])
            let value = try parser.value(depth: 0)
            parser.skipBlanks()
            guard parser.rest.isEmpty else { throw SyntaxError(what: "text after its end") }
            return value
        }
    }
}

private struct Parser {
    var rest: Slice<UnsafeRawBufferPointer>

    mutating func skipBlanks() {
        rest = rest.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func value(depth: Int) throws -> PythonLiteral {
        guard depth < 16 else { throw PythonLiteral.SyntaxError(what: "too deeply nested") }
        if take("{") { return .dictionary(try dictionary(depth: depth)) }
        if take("(") { return .sequence(try sequence(until: ")", depth: depth)) }
        if take("[") { return .sequence(try sequence(until: "]", depth: depth)) }
        guard let first = rest.first else { throw PythonLiteral.SyntaxError(what: "it ends too early") }
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") { return .string(try string()) }
        return try word()
    }

    private mutating func dictionary(depth: Int) throws -> [(key: String, value: PythonLiteral)] {
        var entries: [(key: String, value: PythonLiteral)] = []
        while !take("}") {
            guard case .string(let key) = try value(depth: depth + 1), take(":") else {
                throw PythonLiteral.SyntaxError(what: "a key is no string")
            }
            entries.append((key, try value(depth: depth + 1)))
            if !take(",") {
                guard take("}") else { throw PythonLiteral.SyntaxError(what: "“,” or “}” expected") }
                break
            }
        }
        return entries
    }

    private mutating func sequence(until end: Unicode.Scalar, depth: Int) throws -> [PythonLiteral] {
        var values: [PythonLiteral] = []
        while !take(end) {
            values.append(try value(depth: depth + 1))
            if !take(",") {
                guard take(end) else { throw PythonLiteral.SyntaxError(what: "“,” or “\(end)” expected") }
                break
            }
        }
        return values
    }

    private mutating func string() throws -> String {
        let quote = rest.removeFirst()
        guard let end = rest.firstIndex(of: quote), !rest[..<end].contains(UInt8(ascii: "\\")) else {
            throw PythonLiteral.SyntaxError(what: "a string without end, or with an escape")
        }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private mutating func word() throws -> PythonLiteral {
        let end = rest.firstIndex { !Parser.isWordCharacter($0) } ?? rest.endIndex
        let word = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[end...]
        switch word {
        case "True": return .bool(true)
        case "False": return .bool(false)
        case "None": return .null
        default:
            // Python 2 wrote long integers with an L.
            let digits = word.last == "L" ? word.dropLast() : word[...]
            let figures = digits.first == "-" ? digits.dropFirst() : digits
            guard !figures.isEmpty, figures.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw PythonLiteral.SyntaxError(what: "“\(word.prefix(20))” is no value")
            }
            return .integer(Int(digits))
        }
    }

    private static func isWordCharacter(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "0"..."9", "A"..."Z", "a"..."z", "+", "-", ".", "_": true
        default: false
        }
    }
}
