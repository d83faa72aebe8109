import ArgumentParser
import Encoders

/// How videos are encoded, where there is a choice between exactness and time.
struct EncodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "In which numbers CLIP encodes pictures: float32, or int8, about twice as fast and nearly the same features. "
                + "Features of the two do not go together.", valueName: "numbers"))
    var precision = EncoderPrecision.float32

    @Option(
        help: ArgumentHelp(
            "Which frame of a clip CLIP sees: middle, as published features have it, or nearest-key, the nearest key frame, "
                + "which takes a fraction of the decoding and is off by up to some seconds.", valueName: "frames"))
    var frames = VideoEncoder.ImageChoice.middle

    /// Throws where the choice would save nothing.
    func check(_ kinds: [EncoderOptions.Kind]) throws {
        if frames == .nearestKey, kinds.contains(.slowfast) {
            throw UsageError(
                "--frames nearest-key is for CLIP alone: SlowFast needs 30 frames a second, and so all are decoded anyway"
            )
        }
    }

    /// What of the choice changes CLIP's numbers beside its identifier, for the cache; empty for the usual frames.
    var cacheNote: String { frames == .middle ? "" : " \(frames.rawValue)" }
}

extension EncoderPrecision: ExpressibleByArgument {}
extension VideoEncoder.ImageChoice: ExpressibleByArgument {}
