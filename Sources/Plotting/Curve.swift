/// Points in pixels joined by lines; where a point is missing the line breaks.
struct Curve {
    /// The stretches without a gap, in order.
    private(set) var runs: [[(x: Double, y: Double)]] = []

    init(_ points: [(x: Double, y: Double)?]) {
        var run: [(x: Double, y: Double)] = []
        for point in points {
            if let point {
                run.append(point)
            } else if !run.isEmpty {
                runs.append(run)
                run = []
            }
        }
        if !run.isEmpty { runs.append(run) }
    }

    /// A line through each run. A run of one point becomes a dot, unless the caller draws dots of its own.
    func lines(color: String, dash: String? = nil, width: Double = 2, hasDots: Bool = false) -> [Element] {
        let path = runs.filter { $0.count > 1 }.map(Self.path).joined(separator: " ")
        var elements: [Element] = []
        if !path.isEmpty {
            elements.append(
                Element(
                    "path",
                    [
                        "d": path, "fill": "none", "stroke": color, "stroke-width": width, "stroke-linejoin": "round",
                        "stroke-linecap": "round", "stroke-dasharray": dash,
                    ]))
        }
        guard !hasDots else { return elements }
        let singles = runs.filter { $0.count == 1 }.map { $0[0] }
        return elements + singles.map { Element("circle", ["cx": $0.x, "cy": $0.y, "r": width + 0.75, "fill": color]) }
    }

    /// The area between each run and the line at `base`.
    func area(color: String, opacity: Double, base: Double) -> [Element] {
        let path = runs.filter { $0.count > 1 }.map { run in
            Self.path(run) + " V\(base.attribute) H\(run[0].x.attribute) Z"
        }
        guard !path.isEmpty else { return [] }
        return [Element("path", ["d": path.joined(separator: " "), "fill": color, "fill-opacity": opacity])]
    }

    private static func path(_ run: [(x: Double, y: Double)]) -> String {
        "M" + run.map { "\($0.x.attribute),\($0.y.attribute)" }.joined(separator: " L")
    }
}
