/// The key of an object's member, compared in place.
enum JSONKey {
    /// The bytes between the quotes, free of escapes.
    case plain(UnsafeBufferPointer<UInt8>)
    /// A key that was written with escapes.
    case escaped(String)

    var text: String {
        switch self {
        case .plain(let bytes): String(decoding: bytes, as: UTF8.self)
        case .escaped(let text): text
        }
    }

    static func ~= (pattern: StaticString, key: JSONKey) -> Bool {
        switch key {
        case .plain(let bytes):
            guard bytes.count == pattern.utf8CodeUnitCount else { return false }
            for index in 0..<bytes.count where bytes[index] != pattern.utf8Start[index] { return false }
            return true
        case .escaped(let text):
            return text == pattern.description
        }
    }
}

extension JSONReader {
    /// A string, with escapes resolved. Text that is not UTF-8 and lone surrogates are errors.
    mutating func readString() throws(JSONError) -> String {
        try expect(.string)
        let start = position
        let scan = try scanString()
        let content = UnsafeBufferPointer(rebasing: bytes[start + 1..<position - 1])
        if scan.hasEscapes { return try unescape(content, from: start + 1) }
        // `scanString` has already looked at the bytes above 0x7F.
        return String(decoding: content, as: UTF8.self)
    }

    mutating func readKey() throws(JSONError) -> JSONKey {
        let start = position
        let scan = try scanString()
        let content = UnsafeBufferPointer(rebasing: bytes[start + 1..<position - 1])
        return scan.hasEscapes ? .escaped(try unescape(content, from: start + 1)) : .plain(content)
    }

    /// Steps over a string and says whether it holds escapes.
    mutating func scanString() throws(JSONError) -> (hasEscapes: Bool, isASCII: Bool) {
        let start = position
        var hasEscapes = false
        var isASCII = true
        var index = position + 1
        while true {
            guard index < bytes.count else { throw JSONError(reason: "the string does not end", offset: start) }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 {
                throw JSONError(reason: "a control character stands inside a string", offset: index)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            } else if byte >= 0x80 {
                isASCII = false
            }
            index += 1
        }
        position = index + 1
        if !isASCII, let offset = firstInvalidUTF8(in: start + 1..<index) {
            throw JSONError(reason: "the text is not UTF-8", offset: offset)
        }
        return (hasEscapes, isASCII)
    }

    /// The offset of the first byte that is not part of well-formed UTF-8; nil where all is well.
    private func firstInvalidUTF8(in range: Range<Int>) -> Int? {
        let content = UnsafeBufferPointer(rebasing: bytes[range])
        guard String(validating: content, as: UTF8.self) == nil else { return nil }
        var decoder = UTF8()
        var iterator = content.makeIterator()
        var offset = range.lowerBound
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            offset += UTF8.width(scalar)
        }
        return offset
    }

    private func unescape(_ content: UnsafeBufferPointer<UInt8>, from offset: Int) throws(JSONError) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let escape = content[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try scalar(in: content, at: &index, from: offset)
                result.append(contentsOf: String(Character(scalar)).utf8)
            default:
                throw JSONError(reason: "no such escape in a string", offset: offset + index - 1)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The scalar of `\uXXXX` or of a surrogate pair; `index` stands behind the `u` and is moved on.
    private func scalar(
        in content: UnsafeBufferPointer<UInt8>, at index: inout Int, from offset: Int
    ) throws(JSONError) -> Unicode.Scalar {
        let start = offset + index - 2
        guard let first = hexadecimal(in: content, at: &index) else {
            throw JSONError(reason: "four hexadecimal digits must follow “\\u”", offset: start)
        }
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, index + 1 < content.count, content[index] == UInt8(ascii: "\\"),
            content[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            if let second = hexadecimal(in: content, at: &index), 0xDC00...0xDFFF ~= second,
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw JSONError(reason: "half of a surrogate pair stands alone", offset: start)
    }

    private func hexadecimal(in content: UnsafeBufferPointer<UInt8>, at index: inout Int) -> UInt32? {
        guard index + 4 <= content.count else { return nil }
        var value: UInt32 = 0
        for byte in content[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
