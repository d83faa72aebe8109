import CFFmpeg
import Foundation

/// The sound of a video on its way into a cut: a second input, read beside the pictures and written in step with them.
final class SoundTrack {
    private let output: OutputFile
    private let input: Input
    private let origin: Int64
    private var waiting: Packet?
    private var isAtEnd = false

    /// Adds a stream to a file whose header is not yet written; nil where the video has no sound that the file could take.
    ///
    /// - Parameter start: Where the cut begins, in seconds from the video's start.
    init?(of url: URL, from start: Double, to output: OutputFile) throws(MediaError) {
        guard let input = try? Input(url, CFAudio) else { return nil }
        let status = cf_output_sound(output.handle, input.handle)
        guard status != CFNoCodec else { return nil }
        try output.check(status)
        self.output = output
        self.input = input
        origin = Int64((start * Double(input.base.den) / Double(input.base.num)).rounded())
        try wind()
    }

    /// To the first packet that begins in the cut.
    private func wind() throws(MediaError) {
        let second = Int64(Double(input.base.den) / Double(input.base.num))
        if cf_seek(input.handle, origin) == CFOk {
            try advance()
            // Winding by pictures or by bytes may land behind the place.
            if let waiting, waiting.info.pts <= origin + second { return try skip() }
        }
        _ = cf_seek(input.handle, 0)
        isAtEnd = false
        try advance()
        try skip()
    }

    private func skip() throws(MediaError) {
        while let packet = waiting, packet.info.pts < origin { try advance() }
    }

    /// The next packet with a time, or the end.
    private func advance() throws(MediaError) {
        waiting = nil
        var failures = 0
        while !isAtEnd {
            switch try input.read() {
            case .packet(let packet) where packet.hasTime:
                waiting = packet
                return
            case .packet: continue
            case .unreadable:
                failures += 1
                isAtEnd = failures > 1000
            case .end: isAtEnd = true
            }
        }
    }

    /// Writes what is heard before `seconds` from the cut's start.
    func write(until seconds: Double) throws(MediaError) {
        while let packet = waiting, input.seconds(packet.info.pts - origin) < seconds {
            try output.check(cf_output_copy(output.handle, input.handle, packet.handle, origin))
            try advance()
        }
    }

    /// Writes the rest up to the cut's end.
    func finish(at seconds: Double) throws(MediaError) {
        try write(until: seconds)
        try output.check(cf_output_copy(output.handle, input.handle, nil, origin))
    }
}
