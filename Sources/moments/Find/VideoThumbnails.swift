import Foundation
import Media
import Plotting

/// A row of small pictures of a video, for its timeline.
struct VideoThumbnails {
    let video: URL
    /// Seconds, as measured by decoding.
    let duration: Double

    /// One picture for each piece of the timeline, from its middle. Only what these depend on is decoded.
    ///
    /// - Throws: `MediaError`.
    func pictures() throws -> [TimelinePlot.Thumbnail] {
        let reader = try VideoReader(video)
        let info = reader.info
        guard info.width > 0, info.height > 0 else { return [] }
        let spans = TimelinePlot.thumbnailSpans(
            duration: duration, aspect: Double(info.width) / Double(info.height))
        var pictures: [TimelinePlot.Thumbnail] = []
        let times = spans.map { ($0.lowerBound + $0.upperBound) / 2 }
        let request = FrameRequest(
            .times(times), geometry: FrameGeometry(shorterSide: min(120, info.width, info.height)))
        try reader.read([request]) { _, index, _, frame in
            let span = spans[index]
            pictures.append(.init(start: span.lowerBound, end: span.upperBound, jpeg: try frame.jpeg(quality: 80)))
        }
        return pictures
    }
}
