import CFFmpeg
import Foundation

/// What a video file says of itself. Durations and rates are the header's, and may be wrong.
public struct VideoInfo: Hashable, Sendable, Codable {
    /// One stream of the file.
    public struct Stream: Hashable, Sendable, Codable {
        /// What a stream carries.
        public enum Kind: String, Hashable, Sendable, Codable { case video, audio, subtitle, data }
        /// What it carries.
        public let kind: Kind
        /// The codec's name in FFmpeg, such as `h264`.
        public let codec: String
    }

    /// The container's name in FFmpeg, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    public let container: String
    /// The codec of the pictures, such as `h264`.
    public let codec: String
    /// All streams, in the file's order.
    public let streams: [Stream]
    /// The width and height to be shown: turned upright, with square pixels.
    public let width, height: Int
    /// The width and height of the pictures as they are stored.
    public let storedWidth, storedHeight: Int
    /// Degrees clockwise that stored pictures are turned by: 0, 90, 180 or 270.
    public let rotation: Int
    /// The width of a stored pixel divided by its height; 1 where nothing is said.
    public let pixelAspect: Double
    /// Where the container's own clock starts, in seconds. All other times are counted from here.
    public let startOffset: Double
    /// When the first picture is shown, in seconds.
    public let videoStart: Double
    /// When the last picture ends, in seconds, by the header; nil where it says nothing.
    public let duration: Double?
    /// Pictures a second, on average; nil where the header says nothing.
    public let frameRate: Double?
    /// Whether there is sound.
    public var hasAudio: Bool { streams.contains { $0.kind == .audio } }

    /// Reads the header of a video file.
    ///
    /// - Throws: ``MediaError``.
    public init(of url: URL) throws(MediaError) {
        self.init(try Input(url))
    }

    init(_ input: Input) {
        let info = input.info
        container = String(cString: info.container)
        codec = String(cString: info.codec)
        streams = (0..<info.stream_count).map { index in
            var stream = CFStreamInfo()
            cf_stream_info(input.handle, index, &stream)
            let kind: Stream.Kind =
                switch stream.kind {
                case CFVideo: .video
                case CFAudio: .audio
                case CFSubtitle: .subtitle
                default: .data
                }
            return Stream(kind: kind, codec: String(cString: stream.codec))
        }
        storedWidth = Int(info.width)
        storedHeight = Int(info.height)
        rotation = Int(info.rotation)
        let aspect = info.sample_aspect
        pixelAspect = aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : 1
        let shownWidth = max(1, Int((Double(info.width) * pixelAspect).rounded()))
        (width, height) = rotation % 180 == 0 ? (shownWidth, storedHeight) : (storedHeight, shownWidth)
        startOffset = info.container_start
        videoStart = info.video_start
        duration = [info.video_end, info.container_duration].first { $0 > 0 }
        let rate = info.frame_rate
        frameRate = rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : nil
    }
}
