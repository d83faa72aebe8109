extension JSONReader {
    /// A query's identifier: a whole number or a text.
    mutating func readQueryID() throws(JSONError) -> QueryID {
        switch try peekKind() {
        case .number: return .number(try readInteger())
        case .string: return .text(try readString())
        case let other: throw failure("a whole number or a text was expected, found \(other.rawValue)")
        }
    }

    /// `[[start, end], …]`.
    mutating func readWindows() throws(JSONError) -> [Window] {
        var result: [Window] = []
        var windows = try beginArray()
        while try nextElement(&windows) {
            var ends = try beginArray()
            let start = try readNumber(of: &ends, "a window has a start and an end")
            let end = try readNumber(of: &ends, "a window has a start and an end")
            try endArray(&ends, "a window has a start and an end, and nothing else")
            result.append(Window(start: start, end: end))
        }
        return result
    }

    /// `[number, …]`, whole ones.
    mutating func readIntegers() throws(JSONError) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(32)
        var cursor = try beginArray()
        while try nextElement(&cursor) { result.append(try readInteger()) }
        return result
    }

    /// The next element, a number; `reason` says what is wrong where there is none.
    mutating func readNumber(of cursor: inout Cursor, _ reason: StaticString) throws(JSONError) -> Double {
        guard try nextElement(&cursor) else { throw failure(reason.description) }
        return try readDouble()
    }

    /// Throws unless the array ends here.
    mutating func endArray(_ cursor: inout Cursor, _ reason: StaticString) throws(JSONError) {
        if try nextElement(&cursor) { throw failure(reason.description) }
    }
}
