import Foundation
import Plotting
import Testing

@Suite struct TimelinePictureTests {
    private func plot(_ thumbnails: [TimelinePlot.Thumbnail]) -> TimelinePlot {
        TimelinePlot(
            title: "A man opens a door.", duration: 100, relevance: [0, 0.5, 1, 0.25],
            moments: [.init(start: 25, end: 50, score: 0.91)], thumbnails: thumbnails)
    }

    @Test("Thumbnails lie above the time that they show, within the drawing, embedded as JPEG data")
    func thumbnails() throws {
        let spans = TimelinePlot.thumbnailSpans(duration: 100, aspect: 16.0 / 9)
        #expect(spans.count == 8 && spans.first?.lowerBound == 0 && spans.last?.upperBound == 100)
        let jpeg = Data((0..<200).map { UInt8($0) })
        let picture = try Picture(
            plot(spans.map { .init(start: $0.lowerBound, end: $0.upperBound, jpeg: jpeg) }))
        let images = picture.all("image")
        #expect(images.count == 8)
        #expect(images.allSatisfy { $0.attributes["href"] == "data:image/jpeg;base64," + jpeg.base64EncodedString() })
        let moment = try #require(
            picture.all("rect").first { ($0.number("rx") ?? 0) > 0 && ($0.number("height") ?? 0) == 15 })
        // The third of eight begins where the moment does: at a quarter.
        #expect(abs(try #require(images[2].number("x")) - #require(moment.number("x"))) < 1)
        #expect(try #require(images[0].number("y")) < #require(moment.number("y")))
        #expect(try images.allSatisfy { try #require($0.number("x")) + #require($0.number("width")) <= 840 })
        #expect(picture.tooltips.contains("0:00 to 0:12.5"))
    }

    @Test(
        "There are as many thumbnails as have room, and none where nothing is known",
        arguments: [(9.0 / 16, 24), (4.0 / 3, 11), (10, 1)])
    func count(_ aspect: Double, _ count: Int) {
        #expect(TimelinePlot.thumbnailSpans(duration: 60, aspect: aspect).count == count)
        for duration in [0, -1, .nan, .infinity] {
            #expect(TimelinePlot.thumbnailSpans(duration: duration, aspect: aspect).isEmpty)
        }
        #expect(TimelinePlot.thumbnailSpans(duration: 60, aspect: 0).isEmpty)
    }

    /// The width and height that a PNG file states.
    private func size(_ png: Data) throws -> [Int] {
        try #require(png.prefix(8) == Data([137, 80, 78, 71, 13, 10, 26, 10]))
        return [16, 20].map { place in png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    }

    @Test("A plot becomes a PNG of its size, at any scale; a thumbnail that is no picture does no harm")
    func png() throws {
        let plain = plot([])
        let height = try #require(Picture(plain).all("svg").first?.number("height"))
        #expect(try size(plain.png(scale: 1)) == [840, Int(height)])
        #expect(try size(plain.png(width: 400))[0] == 800)
        #expect(try size(plot([.init(start: 0, end: 50, jpeg: Data([1, 2, 3]))]).png(scale: 1))[0] == 840)
        // What is drawn is drawn: an empty page would be far smaller.
        #expect(try plain.png().count > 5000)
    }
}
