/// Figures by name, in an order, nested: what the evaluators write as JSON.
public indirect enum ScoreTree: Hashable, Sendable {
    /// A figure; nil, a mean over nothing, becomes `null`.
    case figure(Percentage?)
    /// Named parts, in order.
    case group([(key: String, value: ScoreTree)])

    /// The part of this name.
    public subscript(key: String) -> ScoreTree? {
        guard case .group(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// Two trees are equal with equal parts in equal order.
    public static func == (lhs: ScoreTree, rhs: ScoreTree) -> Bool {
        switch (lhs, rhs) {
        case (.figure(let left), .figure(let right)): left == right
        case (.group(let left), .group(let right)):
            left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// Feeds names and figures.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .figure(let figure): hasher.combine(figure)
        case .group(let members):
            for member in members {
                hasher.combine(member.key)
                hasher.combine(member.value)
            }
        }
    }

    /// The text, indented by four blanks a level as the official evaluator's.
    public var json: String { json(depth: 0) }

    private func json(depth: Int) -> String {
        switch self {
        case .figure(let figure): return figure.map { "\($0.value)" } ?? "null"
        case .group(let members):
            let indent = String(repeating: "    ", count: depth + 1)
            let lines = members.map { "\(indent)\"\(Self.escaped($0.key))\": \($0.value.json(depth: depth + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent.dropLast(4))}"
        }
    }

    /// A domain's name may hold anything.
    private static func escaped(_ key: String) -> String {
        key.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
