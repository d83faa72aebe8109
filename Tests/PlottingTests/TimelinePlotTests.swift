import Foundation
import Plotting
import Testing

@Suite struct TimelinePlotTests {
    let plot = TimelinePlot(
        title: "A man opens a door.", subtitle: "simulated features", duration: 100,
        relevance: [0, 0.5, 1, .nan, 0.25],
        saliency: [-3, -1, -2, -3, -1], moments: [.init(start: 20, end: 40, score: 0.91), .init(start: 60, end: 100)],
        groundTruth: [.init(start: 25, end: 45)])

    /// The rectangle whose tooltip begins so.
    private func box(_ tooltip: String, in picture: Picture) throws -> Picture.Node {
        let title = try #require(picture.nodes.firstIndex { $0.name == "title" && $0.text.hasPrefix(tooltip) })
        return picture.nodes[title - 1]
    }

    @Test("The sentence, the remark, the scores and the legend can be read")
    func texts() throws {
        let picture = try Picture(plot)
        for text in ["A man opens a door.", "simulated features", "#1", "#2", "0.91", "truth", "relevance", "0:00"] {
            #expect(picture.texts.contains(text), "\(text)")
        }
        let description = try #require(picture.all("desc").first)
        #expect(description.text.contains("0:20 to 0:40, score 0.91"))
        #expect(picture.all("svg").first?.attributes["role"] == "img")
    }

    @Test("Bars lie where their seconds are: equal times have equal widths and starts keep their order")
    func bars() throws {
        let picture = try Picture(plot)
        let first = try box("#1", in: picture)
        let truth = try box("ground truth", in: picture)
        let second = try box("#2", in: picture)
        let perSecond = try #require(first.number("width")) / 20
        #expect(abs(try #require(truth.number("width")) - 20 * perSecond) < 0.05)
        #expect(abs(try #require(second.number("width")) - 40 * perSecond) < 0.05)
        #expect(abs(try #require(truth.number("x")) - #require(first.number("x")) - 5 * perSecond) < 0.05)
    }

    @Test("The relevance curve breaks at a value that is not a number")
    func gap() throws {
        let broken = try Picture(plot).all("path").compactMap { $0.attributes["d"] }
        #expect(broken.contains { $0.filter { $0 == "M" }.count == 2 })
    }

    @Test("Each clip tells its values to the pointer")
    func tooltips() throws {
        #expect(try Picture(plot).tooltips.contains("0:02 to 0:04, relevance 0.50, saliency -1.00"))
    }

    @Test("Markup and forbidden characters in a sentence come out as text")
    func escaping() throws {
        let odd = TimelinePlot(title: "<b>\"Tom\" & 'Jerry'</b> \u{1}\u{FFFE} ]]> Käse 猫", duration: 10)
        let picture = try Picture(odd)
        #expect(picture.all("b").isEmpty)
        #expect(picture.texts.joined(separator: " ").hasPrefix("<b>\"Tom\" & 'Jerry'</b> \u{FFFD}\u{FFFD} ]]> Käse 猫"))
    }

    @Test("A long sentence is wrapped, and a word without end is broken and cut short", arguments: [240, 360, 840])
    func wrapping(width: Int) throws {
        let sentence = (0..<40).map { "word\($0)" }.joined(separator: " ")
        let long = try Picture(TimelinePlot(title: sentence, duration: 10), width: width)
        #expect(long.texts.prefix(2).joined(separator: " ").hasPrefix("word0 word1"))
        let endless = try Picture(TimelinePlot(title: String(repeating: "x", count: 5000), duration: 10), width: width)
        let lines = endless.texts.filter { $0.hasPrefix("x") }
        #expect(lines.count == 4)
        #expect(lines.last?.hasSuffix("…") == true)
    }

    @Test("Everything stays on the page at every width", arguments: [240, 360, 600, 840, 1200])
    func stays(width: Int) throws {
        let picture = try Picture(plot, width: width)
        for rect in picture.all("rect") {
            let (x, w) = (rect.number("x") ?? 0, try #require(rect.number("width")))
            #expect(x >= 0 && x + w <= Double(width) + 0.01)
        }
        #expect(picture.all("svg").first?.number("width") == Double(width))
    }

    @Test("The same plot gives the same text")
    func deterministic() { #expect(plot.svg() == plot.svg()) }

    @Test("Spans that are outside, inverted or not numbers are not drawn, others are cut to the video")
    func badSpans() throws {
        var odd = plot
        odd.groundTruth = []
        odd.moments = [
            .init(start: 200, end: 300, score: 0.5), .init(start: 40, end: 20, score: 0.4),
            .init(start: .nan, end: 20, score: 0.3), .init(start: -10, end: 1000, score: .nan),
            .init(start: 30, end: 30, score: 0.1),
        ]
        let picture = try Picture(odd)
        #expect(picture.tooltips.filter { $0.hasPrefix("#") }.map { String($0.prefix(2)) } == ["#4", "#5"])
        let whole = try box("#4: 0:00 to 1:40", in: picture)
        let point = try box("#5", in: picture)
        #expect(try #require(whole.number("width")) > 700)
        #expect(point.number("width") == 2)
    }

    @Test(
        "Nothing to draw, or an unknown length, still makes a picture",
        arguments: [0, -5, .nan, .infinity, 1e-3, 1e8, 1e300])
    func degenerate(duration: Double) throws {
        for values in [[], [0.5], [.nan, .nan], [1e308, -1e308], [7, 7, 7]] as [[Double]] {
            let odd = TimelinePlot(
                title: "", duration: duration, relevance: values, saliency: values,
                moments: [.init(start: 0, end: 1, score: 0.5)])
            let picture = try Picture(odd)
            #expect(picture.coordinates.allSatisfy { $0.isFinite && $0 >= -1 && $0 < 5000 })
        }
        #expect(try Picture(TimelinePlot(title: "", duration: duration)).texts.contains("nothing found"))
    }

    @Test("A clip length that is no length does not trap", arguments: [0, -2, .nan, .infinity])
    func clipLength(_ length: Double) throws {
        let odd = TimelinePlot(title: "x", duration: 10, clipLength: length, relevance: [0.1, 0.9], saliency: [1, 2])
        #expect(try Picture(odd).coordinates.allSatisfy(\.isFinite))
    }

    @Test("A very long video gets no box a clip, so that the file stays small")
    func longVideo() throws {
        let long = TimelinePlot(title: "x", duration: 20000, relevance: Array(repeating: 0.5, count: 10000))
        #expect(try Picture(long).all("rect").count < 20)
    }
}
