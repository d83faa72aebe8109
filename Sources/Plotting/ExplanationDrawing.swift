/// Draws an `ExplanationPlot` from top to bottom.
struct ExplanationDrawing {
    private let plot: ExplanationPlot
    private var canvas: Canvas
    private let time: Scale
    private let left: Double
    private let right: Double
    private var truth: [TimelinePlot.Span] { plot.groundTruth }

    private static let row = 17.0
    private static let bar = 11.0

    init(_ plot: ExplanationPlot, width: Int) {
        self.plot = plot
        let duration = plot.duration.isFinite && plot.duration > 0 && plot.duration < 1e9 ? plot.duration : 1
        canvas = Canvas(
            width: width, title: plot.title, subtitle: plot.subtitle,
            description: Self.description(plot, duration))
        left = canvas.width < 500 ? 70 : 104
        right = canvas.width - (canvas.width < 500 ? 16 : 40)
        time = .time(duration: duration, pixels: (left, right), spacing: 58)
    }

    mutating func document() -> String {
        canvas.y += 8
        let top = canvas.y
        // The shade of the truth lies below everything, and its height is known at the end.
        let shade = canvas.count
        if !truth.isEmpty {
            addLabel("truth", canvas.y + Self.row / 2)
            for span in truth { addBar(span, color: Palette.green, says: "ground truth: \(range(span))") }
            canvas.y += Self.row
        }
        for model in plot.models { add(model) }
        if plot.models.isEmpty { canvas.addNothing("no models", x: (left + right) / 2, y: canvas.y + 12) }
        canvas.y += 6
        let bottom = canvas.y
        let shades = truth.compactMap { box($0, y: top, height: bottom - top) }.map {
            $0.filled(Palette.green, opacity: 0.08)
        }
        canvas.add(contentsOf: shades, below: shade)
        canvas.addHorizontalAxis(time, at: bottom)
        canvas.y += 20
        return canvas.document()
    }

    private mutating func add(_ model: ExplanationPlot.Model) {
        canvas.y += 22
        let name = Lettering.shortened(model.name, size: Lettering.body, limit: canvas.width - 32)
        canvas.add(Lettering.text(name, x: 16, y: canvas.y, weight: 600))
        canvas.y += 6
        for (index, moment) in model.moments.enumerated() {
            addLabel("#\(index + 1)", canvas.y + Self.row / 2)
            let score = moment.score.map { decimal($0, digits: 2) } ?? ""
            addBar(
                moment, color: Palette.tint(Palette.vermilion, max(0.3, 1 - 0.16 * Double(index))),
                says: "\(model.name) #\(index + 1): \(range(moment)), score \(score)", note: score)
            canvas.y += Self.row
        }
        if model.moments.isEmpty {
            addLabel("no moment", canvas.y + Self.row / 2)
            canvas.y += Self.row
        }
        if model.scores.contains(where: { !$0.values.isEmpty }) { addScores(model.scores) }
        if let attention = model.attention, !attention.shares.isEmpty { addAttention(attention) }
        if !model.points.isEmpty { addPoints(model.points) }
    }

    // MARK: Parts of a model

    private mutating func addScores(_ scores: [ExplanationPlot.Scores]) {
        let entries = scores.enumerated().map { index, own in
            let stroke = Palette.stroke(index)
            return LegendEntry(mark: .line(color: stroke.color, dash: stroke.dash), label: own.name)
        }
        canvas.addLegend(entries, x: left, right: right)
        let top = canvas.y + 4
        let base = top + max(56, min(90, canvas.width * 0.1))
        let share = Scale.linear([0, 1], pixels: (base, top), target: 2)
        canvas.addHorizontalGrid(share, left: left, right: right)
        for (index, own) in scores.enumerated() {
            let stroke = Palette.stroke(index)
            let points = own.values.enumerated().map { clip, value -> (x: Double, y: Double)? in
                guard let x = time.pixel((Double(clip) + 0.5) * plot.clipLength), let y = share.pixel(value) else {
                    return nil
                }
                return (x, y)
            }
            canvas.add(contentsOf: Curve(points).lines(color: stroke.color, dash: stroke.dash, width: 1.75))
        }
        canvas.y = base + 8
    }

    /// A row a word, a cell a clip; the darker, the more of its attention the clip gave the word.
    private mutating func addAttention(_ attention: ExplanationPlot.Attention) {
        let height = 11.0
        let greatest = attention.shares.joined().filter(\.isFinite).max() ?? 1
        canvas.y += 16
        canvas.add(
            Lettering.text(
                "attention of each clip to the words; darkest: \(decimal(100 * greatest, digits: 0)) %", x: left,
                y: canvas.y, size: Lettering.small, color: Palette.muted))
        canvas.y += 6
        for (word, label) in attention.words.enumerated() {
            addLabel(Lettering.shortened(label, size: Lettering.small, limit: left - 20), canvas.y + height / 2)
            let cells = attention.shares.enumerated().compactMap { clip, shares -> Element? in
                guard word < shares.count, shares[word].isFinite, greatest > 0 else { return nil }
                let span = TimelinePlot.Span(
                    start: Double(clip) * plot.clipLength, end: Double(clip + 1) * plot.clipLength)
                return box(span, y: canvas.y, height: height - 1)?.filled(
                    Palette.tint(Palette.blue, shares[word] / greatest)
                ).titled("\(label), \(range(span)): \(decimal(100 * shares[word], digits: 1)) %")
            }
            canvas.add(Element("g", [:], cells))
            canvas.y += height
        }
    }

    /// The plain grid above, the moved points below, a line from each to where it came.
    private mutating func addPoints(_ points: [ExplanationPlot.Point]) {
        canvas.y += 16
        let inside = points.count { point in truth.contains { $0.start <= point.to && point.to <= $0.end } }
        let before = points.count { point in truth.contains { $0.start <= point.from && point.from <= $0.end } }
        let note =
            truth.isEmpty
            ? "sampled points"
            : "sampled points: \(before) of \(points.count) in the moments on the grid, \(inside) as moved"
        canvas.add(Lettering.text(note, x: left, y: canvas.y, size: Lettering.small, color: Palette.muted))
        let (grid, moved) = (canvas.y + 12, canvas.y + 38)
        addLabel("grid", grid)
        addLabel("moved", moved)
        for point in points {
            guard let from = time.pixel(point.from), let to = time.pixel(point.to) else { continue }
            let isInside = truth.contains { $0.start <= point.to && point.to <= $0.end }
            canvas.add(
                Element("line", ["x1": from, "y1": grid, "x2": to, "y2": moved, "stroke": Palette.axis]))
            canvas.add(Element("circle", ["cx": from, "cy": grid, "r": 2.5, "fill": Palette.axis]))
            canvas.add(
                Element(
                    "circle",
                    [
                        "cx": to, "cy": moved, "r": 4, "fill": isInside ? Palette.green : Palette.paper,
                        "stroke": isInside ? Palette.green : Palette.muted,
                    ]
                ).titled("\(clock(point.from)) moved to \(clock(point.to))"))
        }
        canvas.y = moved + 8
    }

    // MARK: Rows

    private mutating func addBar(_ span: TimelinePlot.Span, color: String, says: String, note: String = "") {
        let middle = canvas.y + Self.row / 2
        canvas.add(Element("line", ["x1": left, "y1": middle, "x2": right, "y2": middle, "stroke": Palette.grid]))
        guard let place = box(span, y: middle - Self.bar / 2, height: Self.bar) else { return }
        canvas.add(place.filled(color, radius: 2).titled(says))
        guard !note.isEmpty else { return }
        let end = place.x + place.width
        let fits = end + 36 <= canvas.width
        canvas.add(
            Lettering.text(
                note, x: fits ? end + 5 : place.x - 5, y: middle + 4, size: Lettering.small, color: Palette.muted,
                anchor: fits ? nil : "end"))
    }

    private mutating func addLabel(_ label: String, _ middle: Double) {
        canvas.add(
            Lettering.text(
                label, x: left - 7, y: middle + 4, size: Lettering.small, color: Palette.muted, anchor: "end"))
    }

    /// Nil for a span outside the video; a very short one is still two pixels wide.
    private func box(_ span: TimelinePlot.Span, y: Double, height: Double) -> Box? {
        let duration = time.domain.upperBound
        guard span.start.isFinite, span.end.isFinite, span.start <= span.end, span.end >= 0, span.start <= duration,
            let x = time.pixel(max(0, span.start)), let end = time.pixel(min(duration, span.end))
        else { return nil }
        return Box(x: min(x, right - 2), y: y, width: max(2, end - x), height: height)
    }

    private func range(_ span: TimelinePlot.Span) -> String { "\(clock(span.start)) to \(clock(span.end))" }

    private static func description(_ plot: ExplanationPlot, _ duration: Double) -> String {
        var text = "What \(plot.models.count) models found for a sentence in a video of \(clock(duration))."
        for model in plot.models {
            guard let best = model.moments.first else {
                text += " \(model.name): nothing."
                continue
            }
            text += " \(model.name): \(clock(best.start)) to \(clock(best.end))."
        }
        return text
    }
}
