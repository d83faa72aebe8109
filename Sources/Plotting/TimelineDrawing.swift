import Foundation

/// Draws a `TimelinePlot` from top to bottom.
struct TimelineDrawing {
    private let plot: TimelinePlot
    private var canvas: Canvas
    private let time: Scale
    private let left: Double
    private let right: Double
    private let truth: [TimelinePlot.Span]

    private static let rowHeight = 22.0
    private static let barHeight = 15.0
    static let thumbnailHeight = 52.0

    init(_ plot: TimelinePlot, width: Int) {
        // The axis must hold something even where the length is unknown.
        let clips = max(plot.relevance.count, plot.saliency.count)
        let known = [plot.duration, Double(clips) * plot.clipLength].first { $0.isFinite && $0 > 0 && $0 < 1e9 }
        let duration = known ?? 1
        self.plot = plot
        canvas = Canvas(
            width: width, title: plot.title, subtitle: plot.subtitle, description: Self.description(plot, duration))
        left = canvas.width < 500 ? 46 : 58
        right = canvas.width - (canvas.width < 500 ? 16 : 24)
        time = .time(duration: duration, pixels: (left, right), spacing: 58)
        truth = plot.groundTruth.compactMap { Self.cut($0, duration) }
    }

    mutating func document() -> String {
        canvas.addLegend(legend, x: left, right: right)
        let top = canvas.y + 12
        let shade = canvas.y + 6
        let panel = plot.relevance.isEmpty && plot.saliency.isEmpty ? 0 : max(90, min(150, canvas.width * 0.18))
        let rows = plot.moments.count + (truth.isEmpty ? 0 : 1)
        let strip = plot.thumbnails.isEmpty ? 0 : Self.thumbnailHeight + 10
        let bottom = top + strip + panel + (panel > 0 && rows > 0 ? 12 : 0) + Double(rows) * Self.rowHeight + 4
        for span in truth {
            canvas.add(box(span, y: shade, height: bottom - shade).filled(Palette.green, opacity: 0.1))
        }
        canvas.y = top
        if strip > 0 { addThumbnails() }
        canvas.y = top + strip
        if panel > 0 { addCurves(height: panel) }
        if panel > 0, rows > 0 { canvas.y += 12 }
        for (index, moment) in plot.moments.enumerated() { addMoment(moment, rank: index + 1) }
        if !truth.isEmpty { addTruth() }
        if panel == 0, rows == 0 { canvas.addNothing("nothing found", x: (left + right) / 2, y: canvas.y) }
        canvas.y = bottom
        canvas.addHorizontalAxis(time, at: bottom)
        canvas.y += 20
        return canvas.document()
    }

    // MARK: Parts

    private var legend: [LegendEntry] {
        var entries: [LegendEntry] = []
        if !plot.relevance.isEmpty {
            entries.append(LegendEntry(mark: .line(color: Palette.blue, dash: nil), label: "relevance"))
        }
        if !plot.saliency.isEmpty {
            entries.append(LegendEntry(mark: .line(color: Palette.purple, dash: "5 3"), label: "saliency (own scale)"))
        }
        if !plot.moments.isEmpty {
            entries.append(LegendEntry(mark: .box(fill: Palette.vermilion), label: "moments, by rank, with score"))
        }
        if !truth.isEmpty { entries.append(LegendEntry(mark: .box(fill: Palette.green), label: "ground truth")) }
        return entries
    }

    /// Each picture fills its time; what is too wide or too high for it is cut at both sides.
    private mutating func addThumbnails() {
        for thumbnail in plot.thumbnails {
            let whole = TimelinePlot.Span(start: thumbnail.start, end: thumbnail.end)
            guard let span = Self.cut(whole, time.domain.upperBound) else { continue }
            let place = box(span, y: canvas.y, height: Self.thumbnailHeight)
            canvas.add(
                Element(
                    "image",
                    [
                        "x": place.x + 0.5, "y": place.y, "width": max(1, place.width - 1), "height": place.height,
                        "preserveAspectRatio": "xMidYMid slice",
                        "href": "data:image/jpeg;base64," + thumbnail.jpeg.base64EncodedString(),
                    ]
                ).titled(Self.range(span)))
        }
    }

    private mutating func addCurves(height: Double) {
        let base = canvas.y + height
        let share = Scale.linear([0, 1], pixels: (base, canvas.y), target: 2)
        canvas.addHorizontalGrid(share, left: left, right: right)
        let relevance = curve(plot.relevance, share)
        canvas.add(contentsOf: relevance.area(color: Palette.blue, opacity: 0.14, base: base))
        canvas.add(
            contentsOf: curve(scaled(plot.saliency), share).lines(color: Palette.purple, dash: "5 3", width: 1.75))
        canvas.add(contentsOf: relevance.lines(color: Palette.blue))
        addTooltips(height: height)
        canvas.y = base
    }

    /// A line through the middle of each clip, level up to the ends of the first and last.
    private func curve(_ values: [Double], _ scale: Scale) -> Curve {
        var points = values.enumerated().map { index, value in
            point((Double(index) + 0.5) * plot.clipLength, scale.pixel(value))
        }
        points.insert(point(0, values.first.flatMap(scale.pixel)), at: 0)
        points.append(point(Double(values.count) * plot.clipLength, values.last.flatMap(scale.pixel)))
        return Curve(points)
    }

    private func point(_ seconds: Double, _ y: Double?) -> (x: Double, y: Double)? {
        guard let x = time.pixel(seconds), let y else { return nil }
        return (x, y)
    }

    /// The values between their own least (0) and greatest (1).
    private func scaled(_ values: [Double]) -> [Double] {
        let finite = values.filter { abs($0) < 1e300 }
        guard let low = finite.min(), let high = finite.max() else { return values }
        return values.map { !$0.isFinite ? $0 : high > low ? ($0 - low) / (high - low) : 0.5 }
    }

    /// Unseen boxes over the clips that tell their values; more than a few hundred would only make the file large.
    private mutating func addTooltips(height: Double) {
        let count = max(plot.relevance.count, plot.saliency.count)
        guard count <= 600 else { return }
        var boxes: [Element] = []
        for clip in 0..<count {
            let span = TimelinePlot.Span(
                start: Double(clip) * plot.clipLength, end: Double(clip + 1) * plot.clipLength)
            guard let span = Self.cut(span, time.domain.upperBound) else { continue }
            var says = Self.range(span)
            if clip < plot.relevance.count { says += ", relevance \(decimal(plot.relevance[clip], digits: 2))" }
            if clip < plot.saliency.count { says += ", saliency \(decimal(plot.saliency[clip], digits: 2))" }
            boxes.append(box(span, y: canvas.y, height: height).filled(nil).titled(says))
        }
        canvas.add(Element("g", ["fill": "transparent"], boxes))
    }

    private mutating func addMoment(_ moment: TimelinePlot.Span, rank: Int) {
        let middle = canvas.y + Self.rowHeight / 2
        addLabel("#\(rank)", middle)
        canvas.y += Self.rowHeight
        guard let span = Self.cut(moment, time.domain.upperBound) else {
            addRule(from: left, to: right, middle)
            return
        }
        let place = box(span, y: middle - Self.barHeight / 2, height: Self.barHeight)
        let says = "#\(rank): \(Self.range(span))" + (moment.score.map { ", score \(decimal($0, digits: 3))" } ?? "")
        // The better the rank, the stronger the colour; the score is written, so colour never stands alone.
        let color = Palette.tint(Palette.vermilion, max(0.3, 1 - 0.16 * Double(rank - 1)))
        canvas.add(place.filled(color, radius: 3).titled(says))
        let score = moment.score.map { decimal($0, digits: 2) } ?? ""
        let room = score.isEmpty ? 0 : Lettering.width(score, size: Lettering.small) + 6
        let end = place.x + place.width
        let fits = end + room <= right + 12
        // The line that guides the eye along the row stops for the bar and its score.
        addRule(from: left, to: fits ? place.x : place.x - room - 6, middle)
        addRule(from: fits ? end + room + 6 : end, to: right, middle)
        guard !score.isEmpty else { return }
        canvas.add(
            Lettering.text(
                score, x: fits ? end + 6 : place.x - 6, y: middle + 4, size: Lettering.small, color: Palette.muted,
                anchor: fits ? nil : "end"))
    }

    private mutating func addTruth() {
        let middle = canvas.y + Self.rowHeight / 2
        addLabel("truth", middle)
        addRule(from: left, to: right, middle)
        for span in truth {
            let place = box(span, y: middle - Self.barHeight / 2, height: Self.barHeight)
            canvas.add(place.filled(Palette.green, radius: 3).titled("ground truth: \(Self.range(span))"))
        }
        canvas.y += Self.rowHeight
    }

    private mutating func addLabel(_ label: String, _ middle: Double) {
        canvas.add(
            Lettering.text(
                label, x: left - 7, y: middle + 4, size: Lettering.small, color: Palette.muted, anchor: "end"))
    }

    private mutating func addRule(from start: Double, to end: Double, _ middle: Double) {
        guard end > start else { return }
        canvas.add(Element("line", ["x1": start, "y1": middle, "x2": end, "y2": middle, "stroke": Palette.grid]))
    }

    // MARK: Spans

    /// The box of a span; a very short one is still two pixels wide.
    private func box(_ span: TimelinePlot.Span, y: Double, height: Double) -> Box {
        let x = time.pixel(span.start) ?? left
        let end = time.pixel(span.end) ?? x
        return Box(x: min(x, right - 2), y: y, width: max(2, end - x), height: height)
    }

    /// The part of a span that lies in the video; nil where there is none.
    private static func cut(_ span: TimelinePlot.Span, _ duration: Double) -> TimelinePlot.Span? {
        guard span.start.isFinite, span.end.isFinite, span.start <= span.end, span.end >= 0, span.start <= duration
        else { return nil }
        return TimelinePlot.Span(start: max(0, span.start), end: min(duration, span.end), score: span.score)
    }

    private static func range(_ span: TimelinePlot.Span) -> String { "\(clock(span.start)) to \(clock(span.end))" }

    private static func description(_ plot: TimelinePlot, _ duration: Double) -> String {
        var text = "Moments found for a sentence in a video of \(clock(duration))."
        for (index, moment) in plot.moments.enumerated() {
            text += " \(index + 1): \(range(moment))"
            text += moment.score.map { ", score \(decimal($0, digits: 2))." } ?? "."
        }
        if !plot.groundTruth.isEmpty {
            text += " Ground truth: \(plot.groundTruth.map(range).joined(separator: ", "))."
        }
        return text
    }
}
