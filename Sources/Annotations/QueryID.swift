/// The identifier of a query, which says whether it was a number or a text.
///
/// QVHighlights and Charades-STA number their queries, TACoS names them. `1` and `"1"` are different
/// queries, as they are to the official evaluator.
public enum QueryID: Hashable, Sendable {
    /// A whole number, such as `2579`.
    case number(Int)
    /// A text, such as `"s30-d52_0"`.
    case text(String)

    /// The identifier as it stands in a JSON file: `2579`, or `"s30-d52_0"` with its quotes.
    public var json: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): JSONWriter.quoted(text)
        }
    }
}

extension QueryID: CustomStringConvertible {
    /// The identifier without quotes, as it names feature files.
    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        }
    }
}

extension QueryID: Comparable {
    /// Numbers by value, before texts by their characters.
    public static func < (lhs: QueryID, rhs: QueryID) -> Bool {
        switch (lhs, rhs) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}

extension QueryID: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    /// A numbered query.
    public init(integerLiteral value: Int) {
        self = .number(value)
    }

    /// A named query.
    public init(stringLiteral value: String) {
        self = .text(value)
    }
}

extension QueryID: Codable {
    /// Decodes a whole number or a text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Encodes what it was: a number or a text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}
