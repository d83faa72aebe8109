import CTorch

/// Work on a GPU that is recorded once and started again as one (a CUDA graph).
///
/// Where a step is made of thousands of small operations, starting them takes longer than they do. A recording starts all at
/// once. It repeats the very operations on the very memory: what differs from one time to the next has to be written into
/// tensors that it reads, and its results lie in the same tensors each time.
public final class Recording {
    /// Whether a device's work can be recorded.
    public static func isPossible(on device: Device) -> Bool { device != .cpu && ct_can_record() }

    private let raw: CTRecording

    /// Does some work to warm up, then records it.
    ///
    /// The work must take the same way each time: it reads nothing back from the device and brings nothing to it.
    ///
    /// - Parameters:
    ///   - device: A GPU.
    ///   - other: A recording whose memory this one shares. They must not be at work at the same time, and what one left in passing
    ///     is gone after the other; results that are held stay.
    ///   - body: Runs twice, on the calling thread: the first time it is done, the second time it is noted.
    public init(on device: Device, beside other: Recording? = nil, _ body: () throws -> Void) rethrows {
        var recording: CTRecording?
        run("Recording", []) { ct_recording_prepare(device.c, &recording) }
        guard let recording else { fail("Recording", [], "there is none") }
        raw = recording
        try body()
        run("Recording.begin", []) { ct_recording_begin(recording, other?.raw) }
        defer { run("Recording.end", []) { ct_recording_end(recording) } }
        try body()
    }

    deinit { ct_recording_free(raw) }

    /// Does it again, with other random numbers for each seed.
    public func replay(seed: UInt64) { run("Recording.replay", []) { ct_recording_replay(raw, seed) } }
}
