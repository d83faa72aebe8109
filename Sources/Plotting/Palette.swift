/// Colours that stay apart for colour-blind readers: those of Okabe and Ito, "Color Universal Design" (2008).
enum Palette {
    static let blue = "#0072B2"
    static let vermilion = "#D55E00"
    static let green = "#009E73"
    static let orange = "#E69F00"
    static let purple = "#CC79A7"
    static let sky = "#56B4E9"

    static let ink = "#1F2328"
    static let muted = "#59636E"
    static let axis = "#818B98"
    static let grid = "#E3E7EB"
    static let paper = "#FFFFFF"

    /// How the series with this index is drawn. After six colours a dash pattern tells them apart.
    static func stroke(_ index: Int) -> (color: String, dash: String?) {
        let colors = [blue, vermilion, green, orange, purple, sky]
        let dashes = [nil, "6 3", "2 3", "8 3 2 3"]
        return (colors[index % colors.count], dashes[(index / colors.count) % dashes.count])
    }

    /// A colour between paper (0) and `color` (1), so that overlapping shapes stay opaque.
    static func tint(_ color: String, _ strength: Double) -> String {
        guard let value = Int(color.dropFirst(), radix: 16) else { return color }
        let digits = Array("0123456789ABCDEF")
        let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { channel in
            Int((255 + (Double(channel) - 255) * min(1, max(0, strength))).rounded())
        }
        return "#" + channels.map { "\(digits[$0 / 16])\(digits[$0 % 16])" }.joined()
    }
}
