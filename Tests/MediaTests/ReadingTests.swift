import Foundation
import Media
import TestSupport
import Testing

struct ReadingTests {
    @Test(.enabled(if: SharedMaterial.data != nil))
    func `One pass over a real video serves several requests`() throws {
        let file = try #require(SharedMaterial.data).appendingPathComponent("example/charades.mp4")
        let requests = [
            FrameRequest(.rate(0.5), geometry: .square224), FrameRequest(.rate(15), geometry: .square224),
            FrameRequest(.times([0, 3, 10.01, 30]), geometry: FrameGeometry(shorterSide: 32)),
            FrameRequest(.nearestKeyFrames(rate: 0.5), geometry: FrameGeometry(shorterSide: 32)),
        ]
        var indices = [[Int]](repeating: [], count: requests.count)
        var times = [[Double]](repeating: [], count: requests.count)
        let report = try VideoReader(file).read(requests, decoding: .all) { request, index, time, frame in
            indices[request].append(index)
            times[request].append(time)
            #expect(frame.width == (request < 2 ? 224 : 56) && frame.height == (request < 2 ? 224 : 32))
        }
        // 460 pictures of 1001/15000 s.
        #expect(report.decodedFrames == 460)
        #expect(abs(report.duration - 30.697) < 0.01 && report.reachedEnd)
        #expect(report.gaps.isEmpty && report.corruptPackets == 0)
        #expect(indices.map(\.count) == [15, 460, 4, 15])
        for (request, found) in indices.enumerated() { #expect(found == Array(0..<found.count), "\(request)") }
        // The last picture that starts before the middle of the two seconds.
        for (index, time) in times[0].enumerated() {
            #expect(time < Double(index * 2 + 1) && time > Double(index * 2 + 1) - 0.0668)
        }
        for (wanted, time) in zip([0, 3, 10.01, 30], times[2]) { #expect(time <= wanted && time > wanted - 0.0668) }
    }
}
