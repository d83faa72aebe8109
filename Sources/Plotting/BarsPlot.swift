/// Results of several configurations side by side: a mean with its deviation each, as bars or as points.
///
/// Bars begin at zero; points have an axis of their own range, for differences that are small against the values.
public struct BarsPlot: Plot {
    /// A mean over several runs with its deviation.
    public struct Value: Sendable, Equatable {
        /// Not finite: shown as a dash.
        public var mean: Double
        /// Nil where there was one run.
        public var deviation: Double?

        /// A mean, and its deviation if there were several runs.
        public init(_ mean: Double, deviation: Double? = nil) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// One configuration with a value for each series.
    public struct Group: Sendable {
        /// What stands beside the marks.
        public var label: String
        /// One value a series, in their order.
        public var values: [Value]

        /// A configuration; its values stand in the order of the plot's series.
        public init(label: String, values: [Value]) {
            self.label = label
            self.values = values
        }
    }

    /// How a mean is drawn.
    public enum Style: Sendable {
        /// A bar from zero to the mean.
        case bars
        /// A dot at the mean.
        case points
    }

    /// What is compared.
    public var title: String
    /// A remark under the title, for example `simulated features, three seeds`.
    public var subtitle: String?
    /// What the axis shows, with its unit.
    public var axisLabel: String
    /// The names of the values in each group; with only one there is no legend.
    public var series: [String]
    /// The configurations from top to bottom.
    public var groups: [Group]
    /// Bars from zero, or points on an axis of their own range.
    public var style: Style
    /// The number of decimals written beside each mark.
    public var digits: Int

    /// Groups from top to bottom, each with one mark a series.
    public init(
        title: String, subtitle: String? = nil, axisLabel: String, series: [String], groups: [Group],
        style: Style = .bars, digits: Int = 2
    ) {
        self.title = title
        self.subtitle = subtitle
        self.axisLabel = axisLabel
        self.series = series
        self.groups = groups
        self.style = style
        self.digits = min(6, max(0, digits))
    }

    /// The SVG document, laid out for a page of this width in pixels.
    public func svg(width: Int) -> String {
        var canvas = Canvas(width: width, title: title, subtitle: subtitle, description: summary)
        // On a narrow page the labels stand above their marks, and the marks have the whole width.
        let isNarrow = canvas.width < 520
        let left = 16 + (isNarrow ? 0 : labelWidth(canvas.width))
        let notes = groups.flatMap(\.values).map { Lettering.width(written($0), size: Lettering.small) }.max() ?? 0
        let right = canvas.width - 16 - notes - 10
        if series.count > 1 {
            let entries = series.enumerated().map { index, name in
                LegendEntry(mark: .box(fill: Self.color(index)), label: name)
            }
            canvas.addLegend(entries, x: left, right: canvas.width - 16)
        }
        canvas.y += 12
        let rowHeight = 19.0
        let gap = (series.count > 1 ? 10.0 : 5.0) + (isNarrow ? 18 : 0)
        let rows = groups.map { Double(max(1, $0.values.count)) * rowHeight + gap }
        let top = canvas.y
        let bottom = top + max(40, rows.reduce(0, +))
        var ends = groups.flatMap(\.values).flatMap { value in
            [-1, 1].map { value.mean + $0 * (value.deviation ?? 0) }
        }.filter(\.isFinite)
        if style == .points, let low = ends.min(), let high = ends.max() {
            ends += [low - 0.03 * (high - low), high + 0.03 * (high - low)]
        }
        let scale = Scale.linear(
            ends, pixels: (left, max(left + 40, right)), target: max(2, Int((right - left) / 70)),
            includingZero: style == .bars)
        addGrid(scale, to: &canvas, top: top, bottom: bottom)
        if groups.isEmpty { canvas.addNothing("no results", x: (left + right) / 2, y: (top + bottom) / 2) }
        for (group, height) in zip(groups, rows) {
            let limit = isNarrow ? canvas.width - 32 : left - 26
            let label = Lettering.shortened(group.label, size: Lettering.body, limit: limit)
            canvas.add(
                isNarrow
                    ? Lettering.text(label, x: left, y: canvas.y + 17)
                    : Lettering.text(label, x: left - 10, y: canvas.y + height / 2 + 4, anchor: "end"))
            for (index, value) in group.values.enumerated() {
                let middle = canvas.y + (isNarrow ? 22 : gap / 2) + (Double(index) + 0.5) * rowHeight
                add(value, of: group, index: index, scale, to: &canvas, middle: middle)
            }
            canvas.y += height
        }
        canvas.y = bottom
        canvas.addHorizontalAxis(scale, at: bottom)
        canvas.add(
            Lettering.text(
                axisLabel, x: (scale.pixels.from + scale.pixels.to) / 2, y: bottom + 34, size: Lettering.small,
                color: Palette.muted, anchor: "middle"))
        canvas.y += 38
        return canvas.document()
    }

    /// Room for the longest label, at most two fifths of the page.
    private func labelWidth(_ width: Double) -> Double {
        let longest = groups.map { Lettering.width($0.label, size: Lettering.body) }.max() ?? 0
        return min(longest + 12, width * 0.4)
    }

    private func addGrid(_ scale: Scale, to canvas: inout Canvas, top: Double, bottom: Double) {
        for tick in scale.ticks {
            guard let x = scale.pixel(tick.value) else { continue }
            let isZero = tick.value == 0 && scale.domain.lowerBound < 0
            canvas.add(
                Element(
                    "line",
                    ["x1": x, "y1": top, "x2": x, "y2": bottom, "stroke": isZero ? Palette.axis : Palette.grid]))
        }
    }

    private func add(
        _ value: Value, of group: Group, index: Int, _ scale: Scale, to canvas: inout Canvas, middle: Double
    ) {
        let color = Self.color(index)
        let note = written(value)
        guard let x = scale.pixel(value.mean) else {
            canvas.add(
                Lettering.text(
                    note, x: scale.pixels.from + 6, y: middle + 4, size: Lettering.small, color: Palette.muted))
            return
        }
        let name = index < series.count && series.count > 1 ? ", \(series[index])" : ""
        let says = "\(group.label)\(name): \(note)"
        let deviation = value.deviation.map { $0.isFinite ? max(0, $0) : 0 } ?? 0
        let low = scale.pixel(value.mean - deviation) ?? x
        let high = scale.pixel(value.mean + deviation) ?? x
        var whisker = "M\(low.attribute),\(middle.attribute) H\(high.attribute)"
        whisker += [low, high].map { " M\($0.attribute),\((middle - 3.5).attribute) v7" }.joined()
        var shapes = [Element("path", ["d": whisker, "stroke": Palette.ink, "stroke-width": 1.25, "fill": "none"])]
        if deviation == 0 { shapes = [] }
        var end = high
        switch style {
        case .bars:
            let zero = scale.pixel(0) ?? scale.pixels.from
            let bar = Box(x: min(zero, x), y: middle - 6.5, width: max(1, abs(x - zero)), height: 13)
            shapes.insert(bar.filled(color, radius: 2).titled(says), at: 0)
            end = max(zero, high)
        case .points:
            shapes.append(Element("circle", ["cx": x, "cy": middle, "r": 4, "fill": color]).titled(says))
            end = max(x + 4, high)
        }
        canvas.add(contentsOf: shapes)
        canvas.add(Lettering.text(note, x: end + 8, y: middle + 4, size: Lettering.small, color: Palette.muted))
    }

    private static func color(_ index: Int) -> String { Palette.tint(Palette.stroke(index).color, 0.88) }

    private func written(_ value: Value) -> String {
        let mean = decimal(value.mean, digits: digits)
        guard value.mean.isFinite, let deviation = value.deviation, deviation.isFinite else { return mean }
        return "\(mean) ± \(decimal(deviation, digits: digits))"
    }

    private var summary: String {
        groups.map { group in
            let values = group.values.enumerated().map { index, value in
                (index < series.count && series.count > 1 ? series[index] + " " : "") + written(value)
            }
            return "\(group.label): \(values.joined(separator: ", "))."
        }.joined(separator: " ")
    }
}
