/// A Python literal, as the header of a `.npy` file is one: strings, numbers, `True`, `None`, tuples, lists, dicts.
indirect enum PythonLiteral {
    case string(String)
    /// An integer; nil where it does not fit into an `Int`.
    case integer(Int?)
    case bool(Bool)
    case none
    /// A tuple or a list.
    case sequence([PythonLiteral])
    case dictionary([(key: String, value: PythonLiteral)])

    /// What is wrong with the text.
    struct SyntaxError: Error {
        let what: String
    }

    static func parse(_ text: String) throws -> PythonLiteral {
        var parser = Parser(rest: Array(text.unicodeScalars)[...])
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.rest.isEmpty else { throw SyntaxError(what: "text after its end") }
        return value
    }

    private struct Parser {
        var rest: ArraySlice<Unicode.Scalar>

        mutating func skipBlanks() {
            rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" }
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard rest.first == scalar else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func value(depth: Int) throws -> PythonLiteral {
            guard depth < 16 else { throw SyntaxError(what: "too deeply nested") }
            if take("{") { return .dictionary(try dictionary(depth: depth)) }
            if take("(") { return .sequence(try sequence(until: ")", depth: depth)) }
            if take("[") { return .sequence(try sequence(until: "]", depth: depth)) }
            guard let first = rest.first else { throw SyntaxError(what: "it ends too early") }
            if first == "'" || first == "\"" { return .string(try string()) }
            return try word()
        }

        private mutating func dictionary(depth: Int) throws -> [(key: String, value: PythonLiteral)] {
            var entries: [(key: String, value: PythonLiteral)] = []
            while !take("}") {
                guard case .string(let key) = try value(depth: depth + 1), take(":") else {
                    throw SyntaxError(what: "a key is no string")
                }
                entries.append((key, try value(depth: depth + 1)))
                if !take(",") {
                    guard take("}") else { throw SyntaxError(what: "“,” or “}” expected") }
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
                    guard take(end) else { throw SyntaxError(what: "“,” or “\(end)” expected") }
                    break
                }
            }
            return values
        }

        private mutating func string() throws -> String {
            let quote = rest.removeFirst()
            guard let end = rest.firstIndex(of: quote), !rest[..<end].contains("\\") else {
                throw SyntaxError(what: "a string without end, or with an escape")
            }
            defer { rest = rest[(end + 1)...] }
            return String(String.UnicodeScalarView(rest[..<end]))
        }

        private mutating func word() throws -> PythonLiteral {
            let end = rest.firstIndex {
                !("0"..."9" ~= $0 || $0.properties.isAlphabetic || "+-._".unicodeScalars.contains($0))
            }
            let word = String(String.UnicodeScalarView(rest[..<(end ?? rest.endIndex)]))
            rest = rest[(end ?? rest.endIndex)...]
            switch word {
            case "True": return .bool(true)
            case "False": return .bool(false)
            case "None": return .none
            default:
                // Python 2 wrote long integers with an L.
                let digits = word.last == "L" ? word.dropLast() : word[...]
                let figures = digits.first == "-" ? digits.dropFirst() : digits
                guard !figures.isEmpty, figures.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                    throw SyntaxError(what: "“\(word.prefix(20))” is no value")
                }
                return .integer(Int(digits))
            }
        }
    }
}
