/// Writes JSON text piece by piece, in the way that Python's `json.dumps` lays out a line.
struct JSONWriter {
    private(set) var text = ""
    private var needsComma = false

    /// `{ … }`, the members written by `body`.
    mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclosed("{", "}", body)
    }

    /// `[ … ]` with one element per item.
    mutating func array<Items: Sequence>(_ items: Items, _ element: (inout JSONWriter, Items.Element) -> Void) {
        enclosed("[", "]") { writer in
            for item in items {
                writer.separate()
                element(&writer, item)
                writer.needsComma = true
            }
        }
    }

    /// A member of an object; its value is written by `body`.
    mutating func member(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        separate()
        text += "\"\(key)\": "
        body(&self)
        needsComma = true
    }

    mutating func string(_ value: String) {
        text += Self.quoted(value)
    }

    mutating func raw(_ value: String) {
        text += value
    }

    /// The shortest text that reads back as the same double; Python's words for what is not finite.
    mutating func number(_ value: Double) {
        if value.isFinite {
            text += value.description
        } else {
            text += value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
        }
    }

    /// As `number`, but `150` rather than `150.0`.
    mutating func compactNumber(_ value: Double) {
        if let whole = Int(exactly: value) {
            text += String(whole)
        } else {
            number(value)
        }
    }

    /// The string in quotes; everything but ASCII becomes `\uXXXX`, so that any reader takes it.
    static func quoted(_ value: String) -> String {
        var result = "\""
        for unit in value.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }

    private mutating func enclosed(_ opening: String, _ closing: String, _ body: (inout JSONWriter) -> Void) {
        text += opening
        needsComma = false
        body(&self)
        text += closing
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += ", " }
        needsComma = false
    }
}
