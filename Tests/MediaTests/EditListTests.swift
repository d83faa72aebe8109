import Foundation
import Media
import Testing

/// MP4's edit lists: which part of the pictures is shown, and when.
struct EditListTests {
    /// Writes 75 frames at 25 a second and cuts `skipped` of them off by the edit list alone: they stay in the file.
    private func write(_ url: URL, skipped: Int, reordered: Int) throws {
        try MadeVideo.write(
            url, count: 75,
            settings: VideoSettings(frameRate: 25, keyInterval: 10, reorderedFrames: reordered, threads: 1))
        var data = try Data(contentsOf: url)
        // size, 'elst', version and flags, count; then the length in the movie's time scale, the start in the track's, the rate.
        let place = try #require(data.range(of: Data("elst".utf8))).upperBound + 8
        func number(at place: Int) -> UInt32 { data[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        func set(_ value: UInt32, at place: Int) {
            for byte in 0..<4 { data[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(3 - byte))) }
        }
        try #require(number(at: place - 4) == 1, "one entry, as the writer makes it")
        // The movie counts milliseconds, VideoWriter's track 60,000ths of a second.
        set(number(at: place) - UInt32(40 * skipped), at: place)
        set(number(at: place + 4) + UInt32(2400 * skipped), at: place + 4)
        try data.write(to: url)
    }

    @Test(arguments: [30, 33, 7], [0, 2])
    func `Pictures before the list's start are not shown, and time begins behind them`(
        _ skipped: Int, _ reordered: Int
    ) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            try write(file, skipped: skipped, reordered: reordered)
            for decoding in VideoReader.Decoding.allCases {
                let all = try Pictures(file, decoding: decoding)
                #expect(all.numbers == Array(skipped..<75), "\(decoding)")
                #expect(zip(all.times, 0...).allSatisfy { abs($0 - Double($1) / 25) < 1e-3 }, "\(decoding)")
                #expect(abs(all.report.duration - Double(75 - skipped) / 25) < 0.01)
                #expect(all.report.gaps.isEmpty)
                let some = try Pictures(file, .times([0, 0.2, 1]), decoding: decoding)
                #expect(some.numbers == [0, 5, 25].map { $0 + skipped }, "\(decoding)")
            }
            let info = try VideoInfo(of: file)
            #expect(abs((info.duration ?? 0) - Double(75 - skipped) / 25) < 0.05)
        }
    }

    @Test func `A cut counts from the list's start`() throws {
        try withFolder { folder in
            let (file, cut) = (folder.appendingPathComponent("a.mp4"), folder.appendingPathComponent("b.mp4"))
            try write(file, skipped: 33, reordered: 0)
            try VideoCutter(file).cut(0.4..<1, to: cut, mode: .exact)
            #expect(try Pictures(cut).numbers == Array(43..<58))
        }
    }

    @Test func `Pictures that begin after the sound keep their place`() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            // An empty edit stands before the pictures.
            let times = (0..<50).map { 0.52 + Double($0) / 25 }
            try MadeVideo.write(
                file, count: 50, settings: VideoSettings(frameRate: 25, hasSilence: true, threads: 1), times: times)
            let all = try Pictures(file)
            #expect(all.numbers == Array(0..<50))
            #expect(zip(all.times, times).allSatisfy { abs($0 - $1) < 0.03 })
            #expect(abs(try VideoInfo(of: file).videoStart - 0.52) < 0.03)
        }
    }
}
