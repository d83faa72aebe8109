import Encoders
import Testing

/// What a sampler makes of a stream of numbered frames.
private func clips(
    of frames: Int, _ length: ClipLength, rate: Double = 30, duration: Double? = nil, skipping: Bool = false
) -> [[Int]] {
    var sampler = ClipFrameSampler<Int>(clipLength: length, sourceRate: rate, duration: duration)
    var clips: [[Int]] = []
    for index in 0..<frames {
        let clip = skipping && !sampler.isWanted(index) ? sampler.skip() : sampler.append(index)
        if let clip { clips.append(clip) }
    }
    return clips + sampler.finish()
}

/// The same from a list of all frames, filled up as the extractor does it.
private func expected(of frames: Int, _ length: ClipLength, rate: Double = 30, limit: Int = .max) -> [[Int]] {
    var all = Array(0..<frames)
    while all.count % 30 != 0 { all.append(frames - 1) }
    while all.count / 30 % length.numerator != 0 { all += all.suffix(30) }
    let sampler = ClipFrameSampler<Int>(clipLength: length, sourceRate: rate)
    let size = sampler.clipFrames
    return (0..<min(all.count / size, limit)).map { clip in sampler.positions.map { all[clip * size + $0] } }
}

@Suite("The frames of SlowFast's clips")
struct SlowFastSamplingTests {
    @Test("are the same from a stream as from a list, wherever the video ends")
    func streaming() {
        for length in [ClipLength(1), ClipLength(2), ClipLength(3, over: 2), ClipLength(5, over: 2)] {
            for frames in [1, 29, 30, 31, 44, 45, 46, 60, 61, 89, 90, 91, 119, 120, 121, 300, 317] {
                #expect(
                    clips(of: frames, length) == expected(of: frames, length), "\(frames) frames, \(length.seconds) s")
                #expect(clips(of: frames, length, rate: 60) == expected(of: frames, length, rate: 60))
            }
        }
    }

    @Test("cover the clip however few of them the network sees", arguments: [4, 8, 16, 32])
    func fewFrames(frames: Int) {
        let positions = ClipFrameSampler<Int>(clipLength: ClipLength(2), sourceRate: 30, frames: frames).positions
        #expect(positions.count == frames)
        #expect(positions.first == 0 && positions.last == 59)
        let steps = zip(positions.dropFirst(), positions).map(-)
        #expect(steps.allSatisfy { abs(Double($0) - 63 / Double(frames - 1)) < 5 })
    }

    @Test("repeat the last frame to fill a second, and the last second to fill a clip")
    func filling() {
        let clips = clips(of: 20, ClipLength(2))
        #expect(clips.count == 1)
        #expect(clips[0].prefix(3) == [0, 2, 4])
        // Positions 18, 20, 22, … 28, then 30 is the second's first frame again.
        #expect(clips[0].contains(19))
        let second = clips[0].drop { $0 != 19 }.drop { $0 == 19 }
        #expect(second.first.map { $0 < 3 } == true)
    }

    @Test("do not differ where the frames that are not wanted are passed over")
    func skipping() {
        for frames in [600, 599, 585, 601, 571] {
            for length in [ClipLength(2), ClipLength(3, over: 2)] {
                let duration = Double(frames) / 30
                let all = clips(of: frames, length, rate: 25, duration: duration)
                #expect(clips(of: frames, length, rate: 25, duration: duration, skipping: true) == all)
            }
        }
        let sampler = ClipFrameSampler<Int>(clipLength: ClipLength(2), sourceRate: 30, duration: 60)
        #expect((0..<1500).count { sampler.isWanted($0) } == 25 * Set(sampler.positions).count)
    }

    @Test("are no more than the duration has room for")
    func limit() {
        #expect(clips(of: 300, ClipLength(2), duration: 8.1).count == 5)
        #expect(clips(of: 300, ClipLength(2), duration: 8).count == 4)
        #expect(clips(of: 300, ClipLength(2), duration: 60).count == 5)
        #expect(clips(of: 300, ClipLength(2), duration: -1).count == 5)
        #expect(clips(of: 0, ClipLength(2), duration: 8).isEmpty)
    }

    @Test("are released when their clip is done")
    func memory() {
        final class Frame {
            nonisolated(unsafe) static var alive = 0
            init() { Self.alive += 1 }
            deinit { Self.alive -= 1 }
        }
        var sampler = ClipFrameSampler<Frame>(clipLength: ClipLength(2), sourceRate: 30)
        var most = 0
        for _ in 0..<1000 {
            _ = sampler.append(Frame())
            most = max(most, Frame.alive)
        }
        #expect(most <= 90)
        #expect(sampler.finish().count == 1)
        #expect(Frame.alive == 0)
    }

    @Test("need a length in whole frames")
    func lengths() {
        #expect(ClipLength(seconds: 2) == ClipLength(2))
        #expect(ClipLength(seconds: 1.5) == ClipLength(3, over: 2))
        #expect(ClipLength(6, over: 4) == ClipLength(3, over: 2))
        #expect(ClipLength(seconds: 0) == nil)
        #expect(ClipLength(seconds: .nan) == nil)
        #expect(ClipLength(seconds: 3.14159) == nil)
    }
}
