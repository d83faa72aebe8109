import CFFmpeg

/// Follows the pictures of a pass: gives them their times, and finds the spans where pictures are missing or damaged.
///
/// Pictures that are far apart are no fault by themselves (the frame rate may vary); they are where something went wrong
/// shortly before, for decoders hold pictures back.
struct DamageWatch {
    private let input: Input
    private var clock: PictureClock
    private var found = DecodeReport()
    /// Where the latest picture ends, in ticks; nil before the first.
    private(set) var end: Int64?
    private var troubles = 0
    private var lastTrouble = Int.min / 2
    private var damagedSince: Int64?
    /// How many pictures a decoder may hold back, threads and reordering together.
    private static let delay = 48

    init(_ input: Input) {
        self.input = input
        clock = PictureClock(input.info)
    }

    private var hadTrouble: Bool { found.decodedFrames - lastTrouble <= Self.delay }

    private mutating func count(_ troubles: Int) {
        if troubles > self.troubles { lastTrouble = found.decodedFrames }
        self.troubles = troubles
    }

    /// A picture came out of the decoder; `troubles` were met until then, and pictures up to `skipped` left out.
    ///
    /// - Returns: Its start in ticks; nil where it comes too late to be shown.
    mutating func note(_ picture: Picture, troubles: Int, skipped: Int64) -> Int64? {
        count(troubles)
        found.decodedFrames += 1
        let isFirst = clock.last == nil
        guard let start = clock.start(of: picture.info) else { return nil }
        if isFirst { found.start = input.seconds(start) }
        if let since = damagedSince { addGap(since, start) }
        let expected = end ?? Int64(input.info.video_start * Double(clock.second))
        if hadTrouble, skipped < expected, start - expected > clock.step / 2 { addGap(expected, start) }
        damagedSince = picture.info.corrupt ? start : nil
        end = clock.end(duration: picture.info.duration, start: start)
        return start
    }

    /// What the packets say of pictures that were left out.
    mutating func extend(start: Int64?, end: Int64?) {
        guard let latest = self.end else { return }
        if let start { found.start = min(found.start, input.seconds(start)) }
        if let end { self.end = max(latest, end) }
    }

    /// The file has no more pictures.
    mutating func reachEnd(troubles: Int) {
        count(troubles)
        found.reachedEnd = true
        guard let end else { return }
        if let since = damagedSince { addGap(since, end) }
        let promised = input.info.video_end > 0 ? input.info.video_end : input.info.container_duration
        if hadTrouble, promised - input.seconds(end) > 1.5 * input.seconds(clock.step) {
            found.add(gap: input.seconds(end)..<promised)
        }
    }

    private mutating func addGap(_ from: Int64, _ to: Int64) {
        if from < to { found.add(gap: input.seconds(from)..<input.seconds(to)) }
    }

    /// What was found.
    func report(corruptPackets: Int) -> DecodeReport {
        var report = found
        report.corruptPackets = corruptPackets
        if let end { report.duration = input.seconds(end) }
        return report
    }
}
