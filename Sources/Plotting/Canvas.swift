/// The page of a plot: title, legend, then whatever is drawn, from top to bottom.
struct Canvas {
    let width: Double
    /// Where the next thing goes.
    var y: Double
    private var elements: [Element] = []
    private let title: String
    private let description: String

    /// A page with its title and subtitle set.
    ///
    /// - Parameter description: What the picture shows, for those who do not see it.
    init(width: Int, title: String, subtitle: String?, description: String) {
        self.width = Double(max(240, width))
        self.title = title
        self.description = description
        y = 14
        let limit = self.width - 32
        for line in Lettering.wrapped(title, size: Lettering.title, limit: limit / Lettering.boldness) {
            y += 17
            add(Lettering.text(line, x: 16, y: y, size: Lettering.title, weight: 600))
            y += 5
        }
        for line in Lettering.wrapped(subtitle ?? "", size: Lettering.body, limit: limit) {
            y += 14
            add(Lettering.text(line, x: 16, y: y, color: Palette.muted))
            y += 3
        }
    }

    mutating func add(_ element: Element) { elements.append(element) }

    mutating func add(contentsOf more: [Element]) { elements += more }

    /// How many elements have been drawn: a place to come back to.
    var count: Int { elements.count }

    /// Draws below what was drawn from the place on.
    mutating func add(contentsOf more: [Element], below place: Int) { elements.insert(contentsOf: more, at: place) }

    /// The whole document, as high as what has been drawn.
    func document() -> String {
        let height = (y + 12).rounded(.up)
        let root = Element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height,
                "viewBox": "0 0 \(width.attribute) \(height.attribute)", "role": "img",
                "font-family": Lettering.family, "style": "max-width: 100%; height: auto",
            ],
            [
                Element("title", text: title), Element("desc", text: description),
                Element("rect", ["width": width, "height": height, "fill": Palette.paper]),
            ] + elements)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.render()
    }
}

/// What a legend says about one kind of mark.
struct LegendEntry {
    enum Mark {
        case line(color: String, dash: String?)
        case box(fill: String)
    }

    let mark: Mark
    let label: String
}

extension Canvas {
    /// Entries side by side from `x` to `right`, in as many rows as they need.
    mutating func addLegend(_ entries: [LegendEntry], x: Double, right: Double) {
        var left = x
        y += entries.isEmpty ? 4 : 18
        for entry in entries {
            let label = Lettering.shortened(entry.label, size: Lettering.small, limit: right - x - 26)
            let needed = 26 + Lettering.width(label, size: Lettering.small)
            if left > x, left + needed > right {
                left = x
                y += 17
            }
            switch entry.mark {
            case .line(let color, let dash):
                add(
                    Element(
                        "line",
                        [
                            "x1": left, "y1": y - 4, "x2": left + 20, "y2": y - 4, "stroke": color,
                            "stroke-width": 2.25,
                            "stroke-dasharray": dash,
                        ]))
            case .box(let fill):
                add(Element("rect", ["x": left, "y": y - 9, "width": 20, "height": 10, "rx": 2, "fill": fill]))
            }
            add(Lettering.text(label, x: left + 26, y: y, size: Lettering.small, color: Palette.muted))
            left += needed + 16
        }
        y += 6
    }

    /// Horizontal lines and labels at a vertical scale's ticks.
    mutating func addHorizontalGrid(_ scale: Scale, left: Double, right: Double) {
        for tick in scale.ticks {
            guard let at = scale.pixel(tick.value) else { continue }
            add(Element("line", ["x1": left, "y1": at, "x2": right, "y2": at, "stroke": Palette.grid]))
            add(
                Lettering.text(
                    tick.label, x: left - 7, y: at + 4, size: Lettering.small, color: Palette.muted, anchor: "end"))
        }
    }

    /// A line at the bottom with ticks and labels; labels at the ends stay on the page.
    mutating func addHorizontalAxis(_ scale: Scale, at bottom: Double) {
        let (left, right) = scale.pixels
        add(Element("line", ["x1": left, "y1": bottom, "x2": right, "y2": bottom, "stroke": Palette.axis]))
        for tick in scale.ticks {
            guard let at = scale.pixel(tick.value) else { continue }
            add(Element("line", ["x1": at, "y1": bottom, "x2": at, "y2": bottom + 4, "stroke": Palette.axis]))
            let half = Lettering.width(tick.label, size: Lettering.small) / 2
            add(
                Lettering.text(
                    tick.label, x: min(max(at, half + 2), width - half - 2), y: bottom + 17, size: Lettering.small,
                    color: Palette.muted, anchor: "middle"))
        }
    }

    /// A message in the middle of an area in which there is nothing to draw.
    mutating func addNothing(_ message: String, x: Double, y: Double) {
        add(Lettering.text(message, x: x, y: y, color: Palette.muted, anchor: "middle"))
    }
}
