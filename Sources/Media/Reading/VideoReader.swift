import CFFmpeg
import Foundation

/// Reads frames from a video: for several requests in one decoding pass, scaled and cropped on the way, so that memory
/// does not grow with the video's length.
///
///     let reader = try VideoReader(url)
///     let report = try reader.read([FrameRequest(.rate(0.5), geometry: .square224)]) { _, index, time, frame in
///         print(index, time, frame.width, frame.height)
///     }
///
/// Times are those of the presentation timestamps, in seconds from the container's start. A damaged video gives what
/// can be decoded of it; the report names the gaps.
public struct VideoReader: Sendable {
    /// What the header says.
    public let info: VideoInfo
    private let url: URL
    private let threads: Int

    /// Opens a video to look at its header. Every ``read(_:decoding:body:)`` opens it again, so that a reader may be shared.
    ///
    /// - Parameters:
    ///   - url: The video's file.
    ///   - threads: The decoder's threads; 0 leaves the number to FFmpeg.
    /// - Throws: ``MediaError``.
    public init(_ url: URL, threads: Int = 0) throws(MediaError) {
        precondition(threads >= 0, "\(threads) threads")
        self.url = url
        self.threads = threads
        info = try VideoInfo(of: url)
    }

    /// Decodes the video once and hands over the frames that each request wants.
    ///
    /// Frames come in ascending order within a request; those of different requests are interleaved as their pictures
    /// are decoded. A picture wanted twice is scaled once.
    ///
    /// - Parameters:
    ///   - requests: Which frames are wanted, and in what shape.
    ///   - decoding: Which pictures are decoded on the way.
    ///   - body: Receives the request's index in `requests`, the frame's number in that request, the start of its
    ///     picture in seconds, and the frame. What it throws ends the reading and is passed on.
    /// - Throws: ``MediaError``, with ``MediaError/Problem/cancelled`` where the surrounding task is cancelled.
    @discardableResult
    public func read(
        _ requests: [FrameRequest], decoding: Decoding = .wanted, body: (Int, Int, Double, Frame) throws -> Void
    ) throws -> DecodeReport {
        let input = try Input(url)
        try input.openDecoder(threads: threads, loopFilter: true)
        var delivery = try Delivery(requests, input: input)
        var watch = DamageWatch(input)
        let plan = decoding == .wanted ? PacketPlan(requests, input: input) : nil
        let pictures = PictureSource(input, plan: plan)
        while !delivery.isDone {
            if Task.isCancelled { throw MediaError(file: input.file, problem: .cancelled) }
            guard let picture = try pictures.next() else { break }
            if let start = watch.note(picture, troubles: pictures.troubles, skipped: plan?.skipped ?? .min) {
                try delivery.show(picture, start: start, body: body)
            }
        }
        watch.extend(start: plan?.start, end: plan?.end)
        if pictures.hasReachedEnd, !delivery.isDone { watch.reachEnd(troubles: pictures.troubles) }
        guard let end = watch.end else {
            throw MediaError(file: input.file, problem: .damaged(pictures.lastFault ?? "it holds none"))
        }
        try delivery.finish(at: end, body: body)
        return watch.report(corruptPackets: pictures.faults)
    }

    /// Which pictures are decoded on the way to the wanted ones.
    public enum Decoding: String, CaseIterable, Hashable, Sendable {
        /// Those that the wanted ones depend on; the frames are the same as with ``all``, sooner. The report counts only
        /// what was decoded. A damaged or odd video is decoded as a whole from the first oddity on.
        case wanted
        /// All, so that every damaged picture is found.
        case all
    }
}
