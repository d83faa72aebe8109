/// How a video is written.
public struct VideoSettings: Hashable, Sendable {
    /// What the pictures are encoded as.
    public enum Codec: String, CaseIterable, Hashable, Sendable {
        case h264, hevc, vp9, av1, mpeg4, mjpeg

        /// FFmpeg's encoder and its options; the quick ones, for quality is not what suffers at these rates.
        var encoder: (name: String, options: String) {
            switch self {
            case .h264: ("libx264", "preset=veryfast:crf=20")
            case .hevc: ("libx265", "preset=ultrafast:crf=24:x265-params=log-level=none")
            case .vp9: ("libvpx-vp9", "deadline=realtime:cpu-used=8:crf=30")
            case .av1: ("libaom-av1", "usage=realtime:cpu-used=8:crf=35")
            case .mpeg4: ("mpeg4", "")
            case .mjpeg: ("mjpeg", "")
            }
        }

        /// A fixed quantiser for those that have no rate control worth using; 0 for none.
        var quantiser: Int32 {
            switch self {
            case .mpeg4, .mjpeg: 3
            default: 0
            }
        }
    }

    /// What the pictures are encoded as. The container follows from the file's name.
    public var codec: Codec
    /// Frames a second: what the header says, and how far apart frames are that come without a time.
    public var frameRate: Double
    /// Frames from one key frame to the next at most.
    public var keyInterval: Int
    /// Frames stored out of order in a row; nil leaves it to the encoder.
    public var reorderedFrames: Int?
    /// The width of a pixel divided by its height, as a fraction.
    public var pixelAspect: (num: Int, den: Int) {
        get { (aspect[0], aspect[1]) }
        set { aspect = [newValue.num, newValue.den] }
    }
    private var aspect = [1, 1]
    /// Degrees clockwise that players are to turn the pictures by: 0, 90, 180 or 270.
    public var rotation: Int
    /// Whether a silent sound track is added (AAC; Opus in WebM).
    public var hasSilence: Bool
    /// The encoder's threads; 0 leaves the number to it.
    public var threads: Int

    /// H.264 at 30 frames a second, unless said otherwise.
    public init(
        codec: Codec = .h264, frameRate: Double = 30, keyInterval: Int = 250, reorderedFrames: Int? = nil,
        rotation: Int = 0, hasSilence: Bool = false, threads: Int = 0
    ) {
        precondition(frameRate.isFinite && frameRate > 0, "\(frameRate) frames a second")
        precondition([0, 90, 180, 270].contains(rotation), "a rotation by \(rotation)°")
        self.codec = codec
        self.frameRate = frameRate
        self.keyInterval = keyInterval
        self.reorderedFrames = reorderedFrames
        self.rotation = rotation
        self.hasSilence = hasSilence
        self.threads = threads
    }
}
