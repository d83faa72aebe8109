import Foundation
import Plotting
import Testing

@Suite("The plot that explains an answer")
struct ExplanationPlotTests {
    let plot = ExplanationPlot(
        title: "A man opens a door.", subtitle: "simulated features", duration: 10, clipLength: 2,
        groundTruth: [.init(start: 2, end: 6)],
        models: [
            .init(
                name: "CDNet", moments: [.init(start: 2, end: 6, score: 0.91)],
                scores: [.init("relevance S", [0, 1, 0.5, .nan, 0])],
                attention: .init(words: ["man", "door"], shares: Array(repeating: [0.25, 0.75], count: 5)),
                points: [.init(from: 1, to: 3), .init(from: 9, to: 8)]),
            .init(name: "another", moments: []),
        ])

    @Test("names every model, its moments, its curves and the words")
    func texts() throws {
        let picture = try Picture(plot)
        for text in ["CDNet", "another", "no moment", "#1", "0.91", "truth", "relevance S", "man", "door"] {
            #expect(picture.texts.contains(text), "\(text)")
        }
        #expect(picture.texts.contains("sampled points: 0 of 2 in the moments on the grid, 1 as moved"))
    }

    @Test("gives each word a cell a clip, and each point a line from the grid to where it came")
    func cells() throws {
        let picture = try Picture(plot)
        #expect(picture.tooltips.filter { $0.hasPrefix("door, ") }.count == 5)
        #expect(picture.tooltips.contains("door, 0:02 to 0:04: 75.0 %"))
        #expect(picture.tooltips.contains("0:01 moved to 0:03"))
    }

    @Test("bars of equal times have equal places, whosever they are")
    func alignment() throws {
        let picture = try Picture(plot)
        func box(_ tooltip: String) throws -> Picture.Node {
            let title = try #require(picture.nodes.firstIndex { $0.name == "title" && $0.text.hasPrefix(tooltip) })
            return picture.nodes[title - 1]
        }
        let (truth, moment) = (try box("ground truth"), try box("CDNet #1"))
        #expect(truth.number("x") == moment.number("x") && truth.number("width") == moment.number("width"))
    }

    @Test("nothing traps: no models, no duration, spans outside, shares that are missing", arguments: [240, 840])
    func degenerate(width: Int) throws {
        let odd = ExplanationPlot(
            title: "", duration: .nan, clipLength: 2, groundTruth: [.init(start: 5, end: 1)],
            models: [
                .init(
                    name: "<b>", moments: [.init(start: -9, end: .infinity, score: .nan)],
                    scores: [.init("x", [.nan])], attention: .init(words: ["a", "b"], shares: [[.nan], []]),
                    points: [.init(from: .nan, to: 1)])
            ])
        #expect(try Picture(odd, width: width).all("b").isEmpty)
        #expect(
            try Picture(ExplanationPlot(title: "x", duration: 1, clipLength: 1, models: []), width: width).texts
                .contains("no models"))
    }
}
