import CFFmpeg

/// The FFmpeg libraries that this process runs with.
public enum MediaRuntime {
    /// libavformat's version, such as `59.27.100` (FFmpeg 5.1).
    public static var version: String {
        let version = cffmpeg_avformat_version()
        return "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }
}
