/// Text: its font, its approximate width, its wrapping.
enum Lettering {
    static let family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
    static let title = 17.0
    static let body = 12.5
    static let small = 11.5
    /// How much wider bold letters are.
    static let boldness = 1.14

    /// About the width in pixels of `text` in a font of this size. SVG cannot measure, so this errs on the wide side.
    static func width(_ text: String, size: Double) -> Double {
        let em = text.unicodeScalars.reduce(0.0) { sum, scalar in
            switch scalar {
            case "i", "j", "l", "I", "'", ".", ",", ":", ";", "|", "!", " ", "(", ")": sum + 0.34
            case "f", "r", "t", "-", "1": sum + 0.45
            case "m", "w", "M", "W", "%", "@", "±", "&", "<", ">", "+", "=": sum + 0.9
            case "A"..."Z": sum + 0.71
            case "\u{1100}"...: sum + 1.05
            default: sum + 0.6
            }
        }
        return em * size
    }

    /// Lines no wider than `limit` where words allow it; a word that is too wide alone is broken.
    ///
    /// - Parameter most: Text beyond this number of lines ends in an ellipsis.
    static func wrapped(_ text: String, size: Double, limit: Double, most: Int = 4) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if width(longer, size: size) <= limit {
                line = longer
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if !line.isEmpty, width(line + String(character), size: size) > limit {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        if !line.isEmpty { lines.append(line) }
        guard lines.count > most else { return lines }
        return lines[..<(most - 1)] + [shortened(lines[most - 1] + "……", size: size, limit: limit)]
    }

    /// The text, or as much of it as fits with an ellipsis.
    static func shortened(_ text: String, size: Double, limit: Double) -> String {
        guard width(text, size: size) > limit else { return text }
        var start = text
        while !start.isEmpty, width(start + "…", size: size) > limit { start.removeLast() }
        return start + "…"
    }

    /// A line of text with its baseline at `y`.
    static func text(
        _ text: String, x: Double, y: Double, size: Double = body, color: String = Palette.ink, anchor: String? = nil,
        weight: Int? = nil
    ) -> Element {
        Element(
            "text",
            ["x": x, "y": y, "font-size": size, "fill": color, "text-anchor": anchor, "font-weight": weight], text: text
        )
    }
}
