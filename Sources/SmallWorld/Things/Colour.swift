/// The colours that things have and sentences name.
public enum Colour: String, CaseIterable, Codable, Hashable, Sendable {
    case red, orange, yellow, green, blue, purple, pink, white, black

    /// Red, green and blue from 0 to 1.
    var rgb: RGB {
        switch self {
        case .red: RGB(0.86, 0.10, 0.12)
        case .orange: RGB(0.98, 0.52, 0.05)
        case .yellow: RGB(0.98, 0.88, 0.12)
        case .green: RGB(0.10, 0.62, 0.18)
        case .blue: RGB(0.10, 0.26, 0.88)
        case .purple: RGB(0.48, 0.12, 0.66)
        case .pink: RGB(0.99, 0.56, 0.76)
        case .white: RGB(0.97, 0.97, 0.97)
        case .black: RGB(0.05, 0.05, 0.06)
        }
    }
}

/// A colour as numbers from 0 to 1.
struct RGB: Codable, Hashable, Sendable {
    var red, green, blue: Double

    init(_ red: Double, _ green: Double, _ blue: Double) { (self.red, self.green, self.blue) = (red, green, blue) }

    /// On the way to another colour: 0 for this one, 1 for the other.
    func mixed(_ other: RGB, _ share: Double) -> RGB {
        RGB(
            red + (other.red - red) * share, green + (other.green - green) * share, blue + (other.blue - blue) * share)
    }

    /// How bright it looks, from 0 to 1 (Rec. 601).
    var luma: Double { 0.299 * red + 0.587 * green + 0.114 * blue }

    /// The distance in the cube of colours.
    func distance(_ other: RGB) -> Double {
        let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
        return (r * r + g * g + b * b).squareRoot()
    }
}
