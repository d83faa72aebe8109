import Plotting
import Testing

@Suite struct BarsPlotTests {
    private func plot(_ values: [BarsPlot.Value], style: BarsPlot.Style = .bars) -> BarsPlot {
        BarsPlot(
            title: "Ablation", axisLabel: "percent", series: ["R1@0.5"],
            groups: values.enumerated().map { .init(label: "configuration \($0)", values: [$1]) }, style: style)
    }

    /// The bars: rectangles with a tooltip.
    private func bars(_ picture: Picture) -> [Picture.Node] {
        zip(picture.nodes, picture.nodes.dropFirst()).filter { $0.name == "rect" && $1.name == "title" }.map(\.0)
    }

    @Test("Bars are as long as their means")
    func proportion() throws {
        let widths = try bars(Picture(plot([.init(10), .init(20), .init(40)]))).compactMap { $0.number("width") }
        #expect(widths.count == 3)
        #expect(abs(widths[1] - 2 * widths[0]) < 0.05)
        #expect(abs(widths[2] - 4 * widths[0]) < 0.05)
    }

    @Test("Mean and deviation are written with the decimals asked for")
    func notes() throws {
        var plot = plot([.init(41.234, deviation: 0.5), .init(38), .init(.nan, deviation: 1)])
        plot.digits = 1
        let texts = try Picture(plot).texts
        #expect(texts.contains("41.2 ± 0.5"))
        #expect(texts.contains("38.0"))
        #expect(texts.contains("–"))
    }

    @Test("Points have an axis of their own range, bars begin at zero")
    func range() throws {
        let values = [BarsPlot.Value(53.2), .init(53.9)]
        #expect(try Picture(plot(values)).texts.contains("0"))
        let points = try Picture(plot(values, style: .points))
        #expect(!points.texts.contains("0"))
        let places = points.all("circle").compactMap { $0.number("cx") }
        #expect(try #require(places.last) - #require(places.first) > 200)
    }

    @Test("A negative bar ends at zero")
    func negative() throws {
        let found = try bars(Picture(plot([.init(-5), .init(5)])))
        let left = try #require(found.first), right = try #require(found.last)
        #expect(
            abs(try #require(left.number("x")) + #require(left.number("width")) - #require(right.number("x"))) < 0.05)
    }

    @Test("Several series have a legend, and tooltips that name them", arguments: [360, 840])
    func series(width: Int) throws {
        let plot = BarsPlot(
            title: "x", axisLabel: "y", series: ["first", "second"],
            groups: [.init(label: "<full> & long", values: [.init(1), .init(2)])])
        let picture = try Picture(plot, width: width)
        #expect(picture.texts.contains("second"))
        #expect(picture.tooltips == ["<full> & long, first: 1.00", "<full> & long, second: 2.00"])
    }

    @Test("Degenerate results still make a picture", arguments: [BarsPlot.Style.bars, .points])
    func degenerate(style: BarsPlot.Style) throws {
        let cases: [[BarsPlot.Value]] = [
            [], [.init(0)], [.init(.nan)], [.init(.infinity, deviation: .nan)], [.init(1e308), .init(-1e308)],
            [.init(5, deviation: -1)], [.init(1, deviation: .infinity)],
        ]
        for values in cases {
            for width in [-10, 240, 840] {
                let picture = try Picture(plot(values, style: style), width: width)
                #expect(picture.coordinates.allSatisfy { $0.isFinite && $0 >= -1 && $0 < 5000 }, "\(values)")
            }
        }
        let uneven = BarsPlot(
            title: "", axisLabel: "", series: [],
            groups: [.init(label: "", values: []), .init(label: "a", values: [.init(1), .init(2)])])
        #expect(try bars(Picture(uneven)).count == 2)
    }
}
