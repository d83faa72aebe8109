import Plotting
import Testing

@Suite struct CurvesPlotTests {
    private func plot(_ values: [Double]..., isLogarithmic: Bool = false) -> CurvesPlot {
        let series = values.enumerated().map { CurvesPlot.Series(name: "series \($0)", values: $1) }
        return CurvesPlot(
            title: "Training", panels: [.init(title: "loss", series: series, isLogarithmic: isLogarithmic)])
    }

    /// The heights of a picture's dots, in order.
    private func heights(_ plot: CurvesPlot) throws -> [Double] {
        try Picture(plot).all("circle").compactMap { $0.number("cy") }
    }

    @Test("Greater values are drawn higher, in proportion")
    func proportion() throws {
        let y = try heights(plot([1, 2, 4]))
        #expect(y.count == 3)
        #expect(abs((y[0] - y[1]) * 2 - (y[1] - y[2])) < 0.05)
        #expect(y[0] > y[1])
    }

    @Test("On a logarithmic axis equal ratios are equally far apart, and values without a logarithm leave a gap")
    func logarithmic() throws {
        let y = try heights(plot([1, 10, 0, -3, 100], isLogarithmic: true))
        #expect(y.count == 3)
        #expect(abs((y[0] - y[1]) - (y[1] - y[2])) < 0.05)
    }

    @Test("A value that is not finite breaks the line and is not drawn")
    func gaps() throws {
        let picture = try Picture(plot([1, 2, .nan, 3, 4, .infinity, 5]))
        let lines = picture.all("path").compactMap { $0.attributes["d"] }
        #expect(lines.count == 1)
        #expect(lines.first?.filter { $0 == "M" }.count == 2)
        #expect(picture.tooltips.count == 5)
    }

    @Test("Long curves have no dots, but a value alone between gaps is still seen")
    func single() throws {
        var values = (0..<100).map(Double.init)
        values[49] = .nan
        values[51] = .nan
        #expect(try heights(plot(values)).count == 1)
    }

    @Test("Epochs are whole numbers on the axis, and dots tell their values")
    func epochs() throws {
        let picture = try Picture(plot([3, 2, 1]))
        #expect(picture.texts.contains("2"))
        #expect(picture.tooltips == ["series 0, epoch 1: 3.0", "series 0, epoch 2: 2.0", "series 0, epoch 3: 1.0"])
        #expect(picture.all("desc").first?.text == "loss: series 0 ends at 1.0.")
    }

    @Test("Every series has its own stroke, also beyond the palette")
    func strokes() throws {
        let values = (0..<14).map { Double($0) }
        let series = values.map { CurvesPlot.Series(name: "s\($0)", values: [$0, $0 + 1]) }
        let picture = try Picture(CurvesPlot(title: "x", panels: [.init(title: "y", series: series)]))
        let strokes = picture.all("path").map {
            ($0.attributes["stroke"] ?? "") + ($0.attributes["stroke-dasharray"] ?? "")
        }
        #expect(Set(strokes).count == 14)
    }

    @Test("Degenerate curves still make a picture", arguments: [false, true])
    func degenerate(isLogarithmic: Bool) throws {
        let cases: [[Double]] = [
            [], [3.2], [.nan], [0, 0, 0], [5, 5], [-1, -1], [1e-300, 1e300], [.infinity, 1], [1e308, -1e308],
            [.leastNonzeroMagnitude, 1],
        ]
        for values in cases {
            let picture = try Picture(plot(values, isLogarithmic: isLogarithmic))
            #expect(picture.coordinates.allSatisfy { $0.isFinite && $0 >= -1 && $0 < 5000 }, "\(values)")
        }
        #expect(try Picture(plot([], isLogarithmic: isLogarithmic)).texts.contains("no values"))
        #expect(try Picture(CurvesPlot(title: "x", panels: [])).texts.contains("no curves"))
    }

    @Test("Two panels stand side by side on a wide page and below each other on a narrow one")
    func panels() throws {
        let panel = CurvesPlot.Panel(title: "loss", series: [.init(name: "a", values: [1, 2])])
        let two = CurvesPlot(title: "x", panels: [panel, panel], mark: (2, "best"))
        let wide = try #require(Picture(two, width: 840).all("svg").first?.number("height"))
        let narrow = try #require(Picture(two, width: 360).all("svg").first?.number("height"))
        #expect(narrow > 1.5 * wide)
        #expect(try Picture(two).texts.filter { $0 == "best" }.count == 2)
    }

    @Test("A mark outside the axis is left out", arguments: [-1, 99, .nan])
    func mark(x: Double) throws {
        var marked = plot([1, 2, 3])
        marked.mark = (x, "best")
        #expect(try !Picture(marked).texts.contains("best"))
    }
}
