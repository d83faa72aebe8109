import Foundation
import Media
import Testing

struct SelectiveDecodingTests {
    private struct Outcome: Equatable {
        var frames: [[Int]] = []
        var times: [Double] = []
        var pixels = 0
        var duration = 0.0
        var start = 0.0
    }

    private func read(
        _ file: URL, _ requests: [FrameRequest], _ decoding: VideoReader.Decoding
    ) throws -> (Outcome, decoded: Int) {
        var outcome = Outcome()
        let report = try VideoReader(file).read(requests, decoding: decoding) { request, index, time, frame in
            outcome.frames.append([request, index, MadeVideo.number(of: frame)])
            outcome.times.append(time)
            outcome.pixels = outcome.pixels &* 31 &+ frame.pixels.hashValue
        }
        // Requests are served in turn as pictures come; what counts is each one's own order.
        let order = outcome.frames.indices.sorted { outcome.frames[$0].lexicographicallyPrecedes(outcome.frames[$1]) }
        outcome.frames = order.map { outcome.frames[$0] }
        outcome.times = order.map { outcome.times[$0] }
        if requests.count > 1 { outcome.pixels = 0 }
        outcome.duration = report.duration
        outcome.start = report.start
        return (outcome, report.decodedFrames)
    }

    @Test(arguments: Kind.all)
    func `Decoding only what is wanted gives the same frames`(_ kind: Kind) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(kind.container)")
            let settings = VideoSettings(
                codec: kind.codec, frameRate: 25, keyInterval: 24, reorderedFrames: kind.container == "avi" ? 0 : nil,
                threads: 1)
            try MadeVideo.write(file, count: 110, settings: settings)
            let samplings: [FrameRequest.Sampling] = [
                .rate(0.5), .rate(1.7), .rate(30), .times([0.5, 0.51, 3]), .times([9]),
                .pictures(from: 1.3, until: 2.1),
            ]
            for sampling in samplings {
                let all = try read(file, [FrameRequest(sampling)], .all)
                let wanted = try read(file, [FrameRequest(sampling)], .wanted)
                #expect(wanted.0.frames == all.0.frames && wanted.0.pixels == all.0.pixels, "\(sampling)")
                #expect(wanted.0.times == all.0.times, "\(sampling)")
                #expect(wanted.decoded <= all.decoded)
                if case .rate = sampling { #expect(wanted.0 == all.0, "\(sampling)") }
            }
            let several = samplings.map { FrameRequest($0) }
            #expect(try read(file, several, .wanted).0.frames == read(file, several, .all).0.frames)
            if kind.codec == .h264, kind.container == "mp4" {
                let wanted = try read(file, [FrameRequest(.rate(0.5))], .wanted)
                #expect(wanted.decoded < 60)
            }
        }
    }

    @Test(arguments: ["mp4", "mkv", "ts"])
    func `The nearest key frame is one picture a section`(_ container: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(container)")
            try MadeVideo.write(
                file, count: 200, settings: VideoSettings(frameRate: 20, keyInterval: 30, threads: 1))
            // Key frames at 0, 1.5, 3, … s; wanted are those nearest to 1, 3, 5, 7 and 9 s.
            let (found, decoded) = try read(file, [FrameRequest(.nearestKeyFrames(rate: 0.5))], .wanted)
            #expect(found.frames.map { $0[2] } == [30, 60, 90, 150, 180])
            #expect(decoded == 5)
            #expect(try read(file, [FrameRequest(.nearestKeyFrames(rate: 0.5))], .all).0 == found)
        }
    }

    @Test func `A varying rate is sampled alike`() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mkv")
            var times = [0.0]
            for number in 1..<120 { times.append(times[number - 1] + [0.02, 0.033, 0.11, 0.9][number * 7 % 4]) }
            try MadeVideo.write(file, count: 120, settings: VideoSettings(keyInterval: 15, threads: 1), times: times)
            for rate in [0.3, 1, 3, 11] {
                let all = try read(file, [FrameRequest(.rate(rate))], .all)
                #expect(try read(file, [FrameRequest(.rate(rate))], .wanted).0 == all.0)
            }
        }
    }

    @Test func `Reading stops where its task is cancelled`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("media-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("a.mp4")
        try MadeVideo.write(file, count: 50)
        let task = Task {
            var seen = 0
            do {
                try VideoReader(file).read([FrameRequest(.rate(30))]) { _, _, _, _ in
                    seen += 1
                    withUnsafeCurrentTask { $0?.cancel() }
                }
                return (seen, nil as MediaError.Problem?)
            } catch let error as MediaError {
                return (seen, error.problem)
            }
        }
        let (seen, problem) = try await task.value
        #expect(seen == 1 && problem == .cancelled)
    }
}
