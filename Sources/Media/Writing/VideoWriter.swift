import CFFmpeg
import Foundation

/// Writes frames to a video file.
///
///     let writer = try VideoWriter(url, width: 320, height: 240)
///     for frame in frames { try writer.add(frame) }
///     try writer.finish()
///
/// The container follows from the name (.mp4, .mkv, .webm, .avi, .mov, .ts). Until ``finish()`` the file has another
/// name; without it nothing is left behind. A writer belongs to one thread at a time.
public final class VideoWriter {
    private let file: OutputFile
    private let width, height: Int
    private let settings: VideoSettings
    private let ticksPerSecond: Double
    private let sound: SoundTrack?
    private var last: Int64 = -1
    private var end = 0.0

    /// Begins a file of frames of one size.
    ///
    /// - Throws: ``MediaError``, mostly ``MediaError/Problem/unwritable(_:)``.
    public convenience init(
        _ url: URL, width: Int, height: Int, settings: VideoSettings = VideoSettings()
    ) throws(MediaError) {
        try self.init(url, width: width, height: height, settings: settings, sound: nil)
    }

    /// - Parameter sound: A video whose sound is added, from so many seconds on.
    init(
        _ url: URL, width: Int, height: Int, settings: VideoSettings, sound: (video: URL, start: Double)?
    ) throws(MediaError) {
        precondition(width > 0 && height > 0, "frames of \(width) × \(height)")
        self.width = width
        self.height = height
        self.settings = settings
        let file = try OutputFile(url)
        self.file = file
        let rate = cf_rational(settings.frameRate)
        // Fine enough for the usual rates, and within MPEG-4's 16 bits. AVI counts frames and knows no times.
        let isAVI = url.pathExtension.lowercased() == "avi"
        let base = isAVI ? CFRational(num: rate.den, den: rate.num) : CFRational(num: 1, den: 60_000)
        ticksPerSecond = Double(base.den) / Double(base.num)
        let encoder = settings.codec.encoder
        let status = encoder.name.withCString { name in
            encoder.options.withCString { options in
                var video = CFVideoSettings()
                video.encoder = name
                video.options = options
                video.width = Int32(width)
                video.height = Int32(height)
                video.time_base = base
                video.frame_rate = rate
                video.sample_aspect = CFRational(
                    num: Int32(settings.pixelAspect.num), den: Int32(settings.pixelAspect.den))
                video.rotation = Int32(settings.rotation)
                video.key_interval = Int32(settings.keyInterval)
                video.reordered = settings.reorderedFrames.map { Int32($0) } ?? -1
                video.threads = Int32(settings.threads)
                video.global_quality = settings.codec.quantiser
                return cf_output_video(file.handle, &video)
            }
        }
        try file.check(status)
        if settings.hasSilence {
            try file.check(cf_output_silence(file.handle, url.pathExtension == "webm" ? "libopus" : "aac"))
        }
        var track: SoundTrack?
        if let sound { track = try SoundTrack(of: sound.video, from: sound.start, to: file) }
        self.sound = track
        try file.check(cf_output_begin(file.handle))
    }

    /// Adds a frame that is shown from `time` (seconds) on; without a time, one frame's length after the last.
    ///
    /// - Throws: ``MediaError`` where it cannot be written or its time does not lie after the last frame's.
    public func add(_ frame: Frame, at time: Double? = nil) throws(MediaError) {
        precondition(
            frame.width == width && frame.height == height,
            "a frame of \(frame.width) × \(frame.height) in a video of \(width) × \(height)")
        let seconds = time ?? (last < 0 ? 0 : end)
        let ticks = Int64((seconds * ticksPerSecond).rounded())
        precondition(ticks > last, "a frame at \(seconds) s, not after the one before it")
        let status = frame.pixels.withUnsafeBufferPointer { cf_output_rgb(file.handle, $0.baseAddress, ticks) }
        try file.check(status)
        last = ticks
        end = seconds + 1 / settings.frameRate
        if settings.hasSilence { try file.check(cf_output_silence_to(file.handle, end)) }
        try sound?.write(until: end)
    }

    /// Completes the file and gives it its name; nothing may be added afterwards.
    ///
    /// - Throws: ``MediaError``.
    public func finish() throws(MediaError) {
        try sound?.finish(at: end)
        try file.finish()
    }
}
