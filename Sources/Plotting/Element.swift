/// One SVG element: a name, attributes in the order given, and children or text.
struct Element {
    let name: String
    var attributes: [(name: String, value: String)]
    var children: [Element]
    var text: String?

    /// An element; attributes whose value is nil are left out.
    init(_ name: String, _ attributes: KeyValuePairs<String, (any AttributeValue)?> = [:], _ children: [Element] = []) {
        self.name = name
        self.attributes = attributes.compactMap { name, value in value.map { (name, $0.attribute) } }
        self.children = children
    }

    init(_ name: String, _ attributes: KeyValuePairs<String, (any AttributeValue)?> = [:], text: String) {
        self.init(name, attributes)
        self.text = text
    }

    /// The same element with a tooltip: browsers show an element's `title` when the pointer rests on it.
    func titled(_ title: String) -> Element {
        var copy = self
        copy.children.insert(Element("title", text: title), at: 0)
        return copy
    }

    /// The markup, one element a line. An element with text stays on its line: blanks would be shown.
    func render(indent: String = "") -> String {
        var markup = indent + "<" + name
        for attribute in attributes { markup += " \(attribute.name)=\"\(escaped(attribute.value))\"" }
        if let text { return markup + ">" + escaped(text) + "</\(name)>\n" }
        if children.isEmpty { return markup + "/>\n" }
        markup += ">\n"
        for child in children { markup += child.render(indent: indent + "  ") }
        return markup + indent + "</\(name)>\n"
    }
}

/// What an attribute may be set to.
protocol AttributeValue {
    /// The attribute's text, not yet escaped.
    var attribute: String { get }
}

extension String: AttributeValue {
    var attribute: String { self }
}

extension Int: AttributeValue {
    var attribute: String { String(self) }
}

extension Double: AttributeValue {
    /// Two decimals: a hundredth of a pixel, and the same text everywhere.
    var attribute: String { decimal(self, digits: 2, trimmed: true) }
}

/// Text that is safe in an element and in an attribute: five characters are escaped, and those that XML 1.0 forbids
/// become the replacement character.
func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\t", "\n", "\r": result += " "
        case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A number with this many decimals, without locale; `trimmed` drops zeros at the end. Not finite: a dash.
func decimal(_ value: Double, digits: Int, trimmed: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    let factor = (0..<digits).reduce(1.0) { factor, _ in factor * 10 }
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    var whole = String(Int(scaled))
    if digits > 0 {
        whole = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
        whole.insert(".", at: whole.index(whole.endIndex, offsetBy: -digits))
        if trimmed {
            while whole.last == "0" { whole.removeLast() }
            if whole.last == "." { whole.removeLast() }
        }
    }
    return value < 0 && scaled > 0 ? "-" + whole : whole
}
