/// The bytes of a pickle with a reading position. Every read is checked against the end.
struct PickleInput {
    let bytes: ByteSlice
    private(set) var offset: Int
    let place: FilePlace

    init(bytes: ByteSlice, offset: Int, place: FilePlace) {
        self.bytes = bytes
        self.offset = offset
        self.place = place
    }

    var remaining: Int { bytes.count - offset }

    func damaged(_ what: String) -> TensorFileError {
        place.damaged("at byte \(offset) of the pickle: \(what)")
    }

    mutating func bytes(_ count: Int) throws -> ByteSlice {
        guard let slice = bytes.slice(at: offset, count: count) else { throw damaged("it ends too early") }
        offset += count
        return slice
    }

    mutating func byte() throws -> UInt8 {
        guard offset < bytes.count else { throw damaged("it ends too early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard let value = bytes.integer(at: offset, as: T.self) else { throw damaged("it ends too early") }
        offset += MemoryLayout<T>.size
        return value
    }

    /// A length of bytes that follow; not negative.
    mutating func length<T: FixedWidthInteger>(_ type: T.Type) throws -> Int {
        guard let length = Int(exactly: try integer(T.self)), length >= 0 else { throw damaged("a length is wrong") }
        return length
    }

    /// The text of so many bytes. What is not UTF-8 (Python allows lone surrogates) becomes U+FFFD.
    mutating func text(_ count: Int) throws -> String {
        try bytes(count).withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes up to the next line feed, which is passed over.
    private mutating func lineBytes() throws -> ByteSlice {
        let start = offset
        let length = bytes.withBytes { $0[start...].firstIndex(of: 0x0a).map { $0 - start } }
        guard let length else { throw damaged("a line has no end") }
        let line = try bytes(length)
        offset += 1
        return line
    }

    mutating func line() throws -> String {
        let line = try lineBytes()
        return line.utf8 ?? line.latin1
    }

    mutating func decimalLine() throws -> Int {
        guard let number = Int(try line()), number >= 0 else { throw damaged("a number of the memo is wrong") }
        return number
    }

    /// A string literal of Python 2, in quotes and with escapes.
    mutating func quotedLine() throws -> ByteSlice {
        let line = try lineBytes()
        let text = line.withBytes { Array($0) }
        guard text.count >= 2, let quote = text.first, quote == text.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { throw damaged("a string has no quotes") }
        guard let unescaped = PickleEscapes.byteString(text.dropFirst().dropLast()) else {
            throw damaged("a string has a wrong escape")
        }
        return ByteSlice(ByteStorage(unescaped))
    }

    /// A line of text whose special characters are escaped (`raw-unicode-escape`).
    mutating func escapedLine() throws -> String {
        let text = try lineBytes().withBytes { Array($0) }
        guard let unescaped = PickleEscapes.unicode(text) else { throw damaged("a text has a wrong escape") }
        return unescaped
    }

    // MARK: Long integers

    static func integer(_ bytes: ByteSlice) -> PickleGraph.Node {
        let digits = bytes.withBytes { Array($0) }
        guard digits.count <= 8 else { return .bigInteger(digits) }
        let isNegative = (digits.last ?? 0) & 0x80 != 0
        var value: UInt64 = isNegative ? .max : 0
        for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
        return .integer(Int(Int64(bitPattern: value)))
    }

    /// A decimal number, with or without Python 2's L at its end.
    static func integer(decimal line: String, _ input: PickleInput) throws -> PickleGraph.Node {
        let text = line.last == "L" ? line.dropLast() : line[...]
        if let value = Int(text) { return .integer(value) }
        let figures = text.first == "-" ? text.dropFirst() : text
        guard !figures.isEmpty, figures.utf8.count <= 256, figures.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw input.damaged("an integer is no number, or longer than 256 digits") }
        var digits: [UInt8] = []
        for figure in figures.utf8 {
            var carry = Int(figure) - 0x30
            for index in digits.indices {
                carry += Int(digits[index]) * 10
                digits[index] = UInt8(carry & 0xff)
                carry >>= 8
            }
            while carry > 0 {
                digits.append(UInt8(carry & 0xff))
                carry >>= 8
            }
        }
        digits.append(0)
        if text.first == "-" {
            var carry = true
            for index in digits.indices {
                digits[index] = ~digits[index]
                if carry { (digits[index], carry) = digits[index].addingReportingOverflow(1) }
            }
        }
        // As the binary protocols write it: no more bytes than the sign needs.
        while digits.count > 1, let last = digits.last,
            last == (digits[digits.count - 2] & 0x80 == 0 ? 0 : 0xff)
        {
            digits.removeLast()
        }
        return .bigInteger(digits)
    }
}

/// The escapes of the text protocols.
enum PickleEscapes {
    /// `\n`, `\x41`, `\101`, `\\`, `\'` and the like.
    static func byteString(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard let escape = rest.popFirst() else { return nil }
            switch Unicode.Scalar(escape) {
            case "n": result.append(0x0a)
            case "t": result.append(0x09)
            case "r": result.append(0x0d)
            case "a": result.append(0x07)
            case "b": result.append(0x08)
            case "f": result.append(0x0c)
            case "v": result.append(0x0b)
            case "\\", "'", "\"": result.append(escape)
            case "\n": break
            case "x":
                guard let value = number(&rest, digits: 2, radix: 16) else { return nil }
                result.append(UInt8(value))
            case "0"..."7":
                var value = UInt32(escape - 0x30)
                for _ in 0..<2 {
                    guard let next = rest.first, (0x30...0x37).contains(next) else { break }
                    value = value * 8 + UInt32(next - 0x30)
                    rest.removeFirst()
                }
                guard value < 256 else { return nil }
                result.append(UInt8(value))
            default: result += [byte, escape]
            }
        }
        return result
    }

    /// Latin-1 with `\u0041` and `\U00000041`.
    static func unicode(_ text: [UInt8]) -> String? {
        var result = String.UnicodeScalarView()
        var rest = text[...]
        while let byte = rest.popFirst() {
            let next = rest.first.map { Unicode.Scalar($0) }
            guard byte == UInt8(ascii: "\\"), next == "u" || next == "U" else {
                result.append(Unicode.Scalar(byte))
                continue
            }
            rest.removeFirst()
            guard let value = number(&rest, digits: next == "u" ? 4 : 8, radix: 16) else { return nil }
            result.append(Unicode.Scalar(value) ?? "\u{fffd}")
        }
        return String(result)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int, radix: Int) -> UInt32? {
        guard rest.count >= digits else { return nil }
        let text = String(decoding: rest.prefix(digits), as: UTF8.self)
        rest = rest.dropFirst(digits)
        guard text.first?.isHexDigit == true else { return nil }
        return UInt32(text, radix: radix)
    }
}
