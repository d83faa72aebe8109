/// Reads one JSON value from raw UTF-8 bytes, front to back, without building a tree.
///
/// The caller walks through the value and says what it expects; nothing is allocated except the strings
/// and numbers that it asks for. The grammar is RFC 8259 without leniency, but for the three tokens that
/// Python writes, `NaN`, `Infinity` and `-Infinity`: they are read as what they say, so that whoever
/// checks the values can report them as such.
///
///     var members = try reader.beginObject()
///     while let key = try reader.nextKey(&members) {
///         switch key {
///         case "qid": qid = try reader.readInteger()
///         default: try reader.skipValue()
///         }
///     }
///     try reader.expectEnd()
///
/// The bytes must outlive the reader.
struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// What kind of value comes next, by its first byte.
    enum Kind: String {
        case object = "an object"
        case array = "an array"
        case string = "a string"
        case number = "a number"
        case boolean = "true or false"
        case null
    }

    /// How far an object or an array has been walked: whether its first element is still to come.
    struct Cursor {
        fileprivate var isAtStart = true
    }

    /// The kind of the next value. Nothing is consumed but blanks.
    mutating func peekKind() throws(JSONError) -> Kind {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "N"), UInt8(ascii: "I"):
            return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: throw failure("a value was expected, found \(found)")
        }
    }

    /// Throws a description of the mismatch unless a value of this kind comes next.
    mutating func expect(_ kind: Kind) throws(JSONError) {
        let actual = try peekKind()
        guard actual == kind else { throw failure("\(kind.rawValue) was expected, found \(actual.rawValue)") }
    }

    /// Consumes `null` if it comes next.
    mutating func readNull() throws(JSONError) -> Bool {
        skipBlanks()
        guard byte == UInt8(ascii: "n") else { return false }
        try consume("null")
        return true
    }

    mutating func beginObject() throws(JSONError) -> Cursor {
        try expect(.object)
        position += 1
        return Cursor()
    }

    /// The next member's key, its colon consumed; nil at the end of the object.
    mutating func nextKey(_ cursor: inout Cursor) throws(JSONError) -> JSONKey? {
        guard try hasNext(&cursor, closing: UInt8(ascii: "}"), in: "object") else { return nil }
        guard byte == UInt8(ascii: "\"") else { throw failure("a key in quotes was expected, found \(found)") }
        let key = try readKey()
        skipBlanks()
        guard byte == UInt8(ascii: ":") else { throw failure("a colon was expected, found \(found)") }
        position += 1
        return key
    }

    mutating func beginArray() throws(JSONError) -> Cursor {
        try expect(.array)
        position += 1
        return Cursor()
    }

    /// Whether another element follows, its comma consumed; false at the end of the array.
    mutating func nextElement(_ cursor: inout Cursor) throws(JSONError) -> Bool {
        try hasNext(&cursor, closing: UInt8(ascii: "]"), in: "array")
    }

    /// Steps over one value of any kind; its grammar is checked all the same.
    mutating func skipValue(depth: Int = 0) throws(JSONError) {
        guard depth < 512 else { throw failure("values are nested too deeply") }
        switch try peekKind() {
        case .object:
            var cursor = try beginObject()
            while try nextKey(&cursor) != nil { try skipValue(depth: depth + 1) }
        case .array:
            var cursor = try beginArray()
            while try nextElement(&cursor) { try skipValue(depth: depth + 1) }
        case .string: _ = try readString()
        case .number: _ = try readDouble()
        case .boolean: try consume(byte == UInt8(ascii: "t") ? "true" : "false")
        case .null: try consume("null")
        }
    }

    /// Throws unless only blanks are left.
    mutating func expectEnd() throws(JSONError) {
        skipBlanks()
        if position < bytes.count { throw failure("the text goes on after the value: \(found)") }
    }

    // MARK: - Bytes

    /// The byte at the position; 0, which begins nothing in JSON, at the end.
    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func consume(_ token: StaticString) throws(JSONError) {
        let start = position
        for index in 0..<token.utf8CodeUnitCount {
            guard byte == token.utf8Start[index] else {
                throw JSONError(reason: "“\(token)” was expected", offset: start)
            }
            position += 1
        }
    }

    func failure(_ reason: String) -> JSONError {
        JSONError(reason: reason, offset: position)
    }

    /// The byte at the position, in words.
    var found: String {
        guard position < bytes.count else { return "the end of the text" }
        switch bytes[position] {
        case 0x21...0x7E: return "“\(Character(Unicode.Scalar(bytes[position])))”"
        case let other: return "byte 0x" + String(other, radix: 16, uppercase: true)
        }
    }

    private mutating func hasNext(
        _ cursor: inout Cursor, closing: UInt8, in container: StaticString
    ) throws(JSONError) -> Bool {
        skipBlanks()
        if byte == closing, position < bytes.count {
            position += 1
            return false
        }
        if cursor.isAtStart {
            cursor.isAtStart = false
            return true
        }
        guard byte == UInt8(ascii: ",") else {
            throw failure("a comma or the end of the \(container) was expected, found \(found)")
        }
        position += 1
        skipBlanks()
        if byte == closing { throw failure("the \(container) ends after a comma") }
        return true
    }
}
