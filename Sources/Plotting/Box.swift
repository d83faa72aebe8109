/// A rectangle in pixels.
struct Box {
    let x, y, width, height: Double

    /// The rectangle as an element; without a colour it takes that of its group.
    func filled(_ color: String?, opacity: Double? = nil, radius: Double? = nil) -> Element {
        Element(
            "rect",
            [
                "x": x, "y": y, "width": width, "height": height, "rx": radius.map { min($0, width / 2) },
                "fill": color,
                "fill-opacity": opacity,
            ])
    }
}
