import CFFmpeg
import Foundation

/// Cuts a span out of a video into a file of its own, with its sound.
///
/// Sound is copied where the new container takes it, so that nothing is lost; it begins within one of its packets (some 20 ms)
/// of the pictures and stays in step. Where the container does not take it, it is encoded as AAC; where that cannot be
/// done either, the pictures stand alone.
public struct VideoCutter: Sendable {
    /// How a span is cut.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
        /// The packets are copied as they are, from the key frame at or before the span's start on: quick, without
        /// loss, longer than asked for.
        case keyFrames
        /// The pictures of exactly this span are encoded anew as H.264.
        case exact
    }

    private let url: URL

    /// Cuts from this video.
    public init(_ url: URL) { self.url = url }

    /// Writes the span (seconds from the container's start) to a file; its container follows from the file's name.
    ///
    /// `progress` is called with the seconds of the span that are written; it returns false to stop.
    ///
    /// - Returns: The span that the file holds, by the source's clock. Its pictures begin at 0 in the file.
    /// - Throws: ``MediaError``, with ``MediaError/Problem/unwritable(_:)`` where the span holds no picture;
    ///   `CancellationError` where `progress` stops the work. Nothing is left behind then.
    @discardableResult
    public func cut(
        _ span: Range<Double>, to target: URL, mode: Mode = .keyFrames, progress: (Double) -> Bool = { _ in true }
    ) throws -> Range<Double> {
        precondition(span.lowerBound.isFinite && span.upperBound.isFinite, "a span of \(span) s")
        switch mode {
        case .keyFrames: return try copy(span, to: target, progress)
        case .exact: return try encode(span, to: target, progress)
        }
    }

    private func nothing(in span: Range<Double>, of target: URL) -> MediaError {
        MediaError(
            file: target.path,
            problem: .unwritable("\(url.path) has no picture from \(span.lowerBound) s to \(span.upperBound) s"))
    }

    // MARK: exact

    private func encode(
        _ span: Range<Double>, to target: URL, _ progress: (Double) -> Bool
    ) throws -> Range<Double> {
        let reader = try VideoReader(url)
        let request = FrameRequest(.pictures(from: span.lowerBound, until: span.upperBound))
        let settings = VideoSettings(frameRate: min(max(reader.info.frameRate ?? 30, 1), 240))
        var writer: VideoWriter?
        var start = 0.0
        var end = 0.0
        try reader.read([request]) { _, _, time, frame in
            let shown = max(time, span.lowerBound)
            if writer == nil {
                writer = try VideoWriter(
                    target, width: frame.width, height: frame.height, settings: settings,
                    sound: reader.info.hasAudio ? (url, shown) : nil)
                start = shown
            }
            end = min(span.upperBound, shown + 1 / settings.frameRate)
            try writer?.add(frame, at: shown - start)
            guard progress(end - start) else { throw CancellationError() }
        }
        guard let writer else { throw nothing(in: span, of: target) }
        try writer.finish()
        return start..<max(start, end)
    }

    // MARK: key frames

    private func copy(
        _ span: Range<Double>, to target: URL, _ progress: (Double) -> Bool
    ) throws -> Range<Double> {
        let input = try Input(url)
        let second = Double(input.base.den) / Double(input.base.num)
        let first = Int64(((span.lowerBound + 1e-6) * second).rounded(.down))
        let end = Int64((span.upperBound * second).rounded(.up))
        guard let (source, entry) = try keyPacket(notAfter: first, in: input) else {
            throw nothing(in: span, of: target)
        }
        let origin = entry.info.pts
        let output = try OutputFile(target)
        try output.check(cf_output_copy_stream(output.handle, source.handle))
        let hasSound = VideoInfo(input).hasAudio
        let sound = hasSound ? try SoundTrack(of: url, from: input.seconds(origin), to: output) : nil
        try output.check(cf_output_begin(output.handle))
        try output.check(cf_output_copy(output.handle, source.handle, entry.handle, origin))
        var last = origin + max(0, entry.info.duration)
        reading: while true {
            switch try source.read() {
            case .end: break reading
            case .unreadable: continue
            case .packet(let packet):
                // What comes later in decoding order is shown later still.
                if (packet.info.dts == .min ? packet.info.pts : packet.info.dts) >= end { break reading }
                guard packet.hasTime, packet.info.pts > origin else { continue }
                try output.check(cf_output_copy(output.handle, source.handle, packet.handle, origin))
                last = max(last, packet.info.pts + max(0, packet.info.duration))
                let written = input.seconds(packet.info.pts - origin)
                try sound?.write(until: written)
                guard progress(written) else { throw CancellationError() }
            }
        }
        try sound?.finish(at: input.seconds(last - origin))
        try output.finish()
        return input.seconds(origin)..<input.seconds(last)
    }

    /// The input wound to the latest key frame at or before `ticks`, or to the first of all, and that key frame.
    private func keyPacket(notAfter ticks: Int64, in input: Input) throws(MediaError) -> (Input, Packet)? {
        if cf_seek(input.handle, ticks) == CFOk, let packet = try nextKey(input), packet.info.pts <= ticks {
            return (input, packet)
        }
        // Without an index winding may miss: look through the file for the place instead.
        var wanted: Int64?
        let scan = try Input(url)
        while let packet = try nextKey(scan), wanted == nil || packet.info.pts <= ticks { wanted = packet.info.pts }
        guard let wanted else { return nil }
        let source = try Input(url)
        while let packet = try nextKey(source) {
            if packet.info.pts == wanted { return (source, packet) }
        }
        return nil
    }

    private func nextKey(_ input: Input) throws(MediaError) -> Packet? {
        var failures = 0
        while failures < 1000 {
            switch try input.read() {
            case .end: return nil
            case .unreadable: failures += 1
            case .packet(let packet): if packet.info.key, packet.hasTime { return packet }
            }
        }
        return nil
    }
}
