/// Curves over a common horizontal axis in one or more panels, as for the losses and metrics of a training run.
///
///     CurvesPlot(title: "Training", xLabel: "epoch", panels: [
///         .init(title: "loss", series: [.init(name: "total", points: losses)], isLogarithmic: true),
///         .init(title: "validation", series: [.init(name: "mAP", points: means)]),
///     ])
public struct CurvesPlot: Plot {
    /// One curve.
    public struct Series: Sendable {
        /// What the legend calls it.
        public var name: String
        /// The points in drawing order. A value that is not finite breaks the line.
        public var points: [(x: Double, y: Double)]

        /// A curve through these points.
        public init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }

        /// A curve with one value an epoch, the first at epoch `first`.
        public init(name: String, values: [Double], first: Int = 1) {
            self.init(name: name, points: values.enumerated().map { (Double(first + $0), $1) })
        }
    }

    /// Curves that share a vertical axis.
    public struct Panel: Sendable {
        /// What stands above the panel, for example the quantity and its unit.
        public var title: String
        /// The curves, in the legend's order.
        public var series: [Series]
        /// Whether the vertical axis is logarithmic; values that are not positive then leave gaps.
        public var isLogarithmic: Bool

        /// A panel with these curves.
        public init(title: String, series: [Series], isLogarithmic: Bool = false) {
            self.title = title
            self.series = series
            self.isLogarithmic = isLogarithmic
        }
    }

    /// What is shown.
    public var title: String
    /// A remark under the title, for example `simulated features`.
    public var subtitle: String?
    /// What the horizontal axis counts. For `epoch` and `step` only whole numbers get ticks.
    public var xLabel: String
    /// The panels, row by row.
    public var panels: [Panel]
    /// A place on the horizontal axis to be marked, with its label: the best epoch, say.
    public var mark: (x: Double, label: String)?

    /// Curves in the panels given, side by side where there is room.
    public init(
        title: String, subtitle: String? = nil, xLabel: String = "epoch", panels: [Panel],
        mark: (x: Double, label: String)? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.xLabel = xLabel
        self.panels = panels
        self.mark = mark
    }

    /// The SVG document, laid out for a page of this width in pixels.
    public func svg(width: Int) -> String {
        var canvas = Canvas(width: width, title: title, subtitle: subtitle, description: summary)
        let columns = canvas.width >= 640 ? min(2, max(1, panels.count)) : 1
        let gap = 20.0
        let each = (canvas.width - 32 - gap * Double(columns - 1)) / Double(columns)
        if panels.isEmpty {
            canvas.y += 40
            canvas.addNothing("no curves", x: canvas.width / 2, y: canvas.y)
        }
        for row in stride(from: 0, to: panels.count, by: columns) {
            let shown = Array(panels[row..<min(row + columns, panels.count)])
            let lefts = shown.indices.map { 16 + Double($0) * (each + gap) }
            // The drawings of a row begin at the same height, below the tallest legend.
            let start = canvas.y
            var top = start
            for (panel, left) in zip(shown, lefts) {
                canvas.y = start
                addHead(panel, to: &canvas, left: left, right: left + each)
                top = max(top, canvas.y)
            }
            for (panel, left) in zip(shown, lefts) { addCurves(panel, to: &canvas, left: left, width: each, top: top) }
            canvas.y = top + Self.height + 40
        }
        return canvas.document()
    }

    private static let height = 210.0
    private static let gutter = 48.0

    private func addHead(_ panel: Panel, to canvas: inout Canvas, left: Double, right: Double) {
        canvas.y += 24
        let title = panel.title + (panel.isLogarithmic ? " (logarithmic)" : "")
        let shown = Lettering.shortened(title, size: Lettering.body, limit: right - left)
        canvas.add(Lettering.text(shown, x: left, y: canvas.y, weight: 600))
        let entries = panel.series.enumerated().map { index, series in
            let stroke = Palette.stroke(index)
            return LegendEntry(mark: .line(color: stroke.color, dash: stroke.dash), label: series.name)
        }
        canvas.y += 2
        canvas.addLegend(entries, x: left, right: right)
        canvas.y += 8
    }

    private func addCurves(_ panel: Panel, to canvas: inout Canvas, left: Double, width: Double, top: Double) {
        let bottom = top + Self.height
        let points = panel.series.flatMap(\.points)
        let vertical =
            panel.isLogarithmic
            ? Scale.logarithmic(points.map(\.y), pixels: (bottom, top), target: 5)
            : Scale.linear(points.map(\.y), pixels: (bottom, top), target: 5)
        let isCounting = xLabel == "epoch" || xLabel == "step"
        let horizontal = Scale.linear(
            points.filter(\.y.isFinite).map(\.x), pixels: (left + Self.gutter, left + width - 8),
            target: max(2, Int(width / 60)), whole: isCounting)
        canvas.addHorizontalGrid(vertical, left: left + Self.gutter, right: left + width - 8)
        canvas.addHorizontalAxis(horizontal, at: bottom)
        let middle = (horizontal.pixels.from + horizontal.pixels.to) / 2
        canvas.add(
            Lettering.text(
                xLabel, x: middle, y: bottom + 34, size: Lettering.small, color: Palette.muted, anchor: "middle"))
        addMark(to: &canvas, horizontal, top: top, bottom: bottom)
        for (index, series) in panel.series.enumerated() {
            let stroke = Palette.stroke(index)
            let places = series.points.map { point -> (x: Double, y: Double)? in
                guard let x = horizontal.pixel(point.x), let y = vertical.pixel(point.y) else { return nil }
                return (x, y)
            }
            // Dots help where points are few; where they are many they would hide the curve and swell the file.
            let hasDots = series.points.count <= 60
            canvas.add(
                contentsOf: Curve(places).lines(color: stroke.color, dash: stroke.dash, hasDots: hasDots))
            guard hasDots else { continue }
            let dots = zip(series.points, places).compactMap { point, place in
                place.map { place in
                    let says = "\(series.name), \(xLabel) \(decimal(point.x, digits: 3, trimmed: true)): \(point.y)"
                    return Element("circle", ["cx": place.x, "cy": place.y, "r": 2.5]).titled(says)
                }
            }
            canvas.add(Element("g", ["fill": stroke.color], dots))
        }
        if !points.contains(where: { vertical.pixel($0.y) != nil }) {
            canvas.addNothing("no values", x: middle, y: (top + bottom) / 2)
        }
    }

    private func addMark(to canvas: inout Canvas, _ scale: Scale, top: Double, bottom: Double) {
        guard let mark, scale.domain.contains(mark.x), let x = scale.pixel(mark.x) else { return }
        canvas.add(
            Element(
                "line",
                ["x1": x, "y1": top, "x2": x, "y2": bottom, "stroke": Palette.axis, "stroke-dasharray": "3 3"]))
        let room = Lettering.width(mark.label, size: Lettering.small) + 6
        let fits = x + room <= scale.pixels.to
        canvas.add(
            Lettering.text(
                mark.label, x: fits ? x + 5 : x - 5, y: top + 10, size: Lettering.small, color: Palette.muted,
                anchor: fits ? nil : "end"))
    }

    private var summary: String {
        panels.map { panel in
            let lasts = panel.series.compactMap { series in
                series.points.last { $0.y.isFinite }.map { "\(series.name) ends at \($0.y)" }
            }
            return "\(panel.title): \(lasts.isEmpty ? "no values" : lasts.joined(separator: ", "))."
        }.joined(separator: " ")
    }
}
