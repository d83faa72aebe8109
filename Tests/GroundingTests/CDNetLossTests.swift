import Batches
import Foundation
import Grounding
import Testing
import Torch

/// The equations once more, clip by clip in plain Swift, against what the loss computes with tensors.
@Suite("CDNet: losses by hand")
struct CDNetLossTests {
    private static let clips = [9, 6, 4]
    private static let words = [4, 2, 3]
    private static let moments = [[Span(2, 6), Span(10, 18)], [Span(4, 8)], [Span(0, 4)]]

    private let batch = CDNetFixture.batch(
        clips: clips, words: words, dtype: .float64, moments: moments)

    private func parts(_ loss: Loss) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: loss.parts.map { ($0.name, $0.value.item()) })
    }

    private func isInMoment(_ row: Int, _ clip: Int) -> Bool {
        Self.moments[row].contains { $0.start <= Double(2 * clip + 1) && Double(2 * clip + 1) <= $0.end }
    }

    private func vector(_ x: Tensor, _ row: Int, _ clip: Int) -> [Double] { x[row, clip].doubles() }

    private func cosine(_ a: [Double], _ b: [Double]) -> Double {
        let dot = zip(a, b).map { $0 * $1 }.reduce(0, +)
        func norm(_ x: [Double]) -> Double { x.map { $0 * $0 }.reduce(0, +).squareRoot() }
        return dot / (norm(a) * norm(b))
    }

    private func softmaxLoss(_ own: Double, _ all: [Double]) -> Double {
        -log(exp(own / 0.07) / all.map { exp($0 / 0.07) }.reduce(0, +))
    }

    @Test("eqs. 1 and 4: the drawn clip against all clips outside the moments")
    func withinVideo() throws {
        let model = try CDNetFixture.model(dtype: .float64)
        let output = model.forward(batch)
        let words = try #require(output.wordsByClip)
        var (intra, token) = (0.0, 0.0)
        for row in 0..<3 {
            let positive = (0..<Self.clips[row]).first { isInMoment(row, $0) }!
            let negatives = (0..<Self.clips[row]).filter { !isInMoment(row, $0) }
            let query = output.query[row].doubles()
            func withQuery(_ clip: Int) -> Double { cosine(vector(output.video, row, clip), query) }
            func withWords(_ clip: Int) -> Double {
                cosine(vector(output.video, row, clip), vector(words, row, clip))
            }
            intra += softmaxLoss(withQuery(positive), ([positive] + negatives).map(withQuery)) / 3
            token += softmaxLoss(withWords(positive), ([positive] + negatives).map(withWords)) / 3
        }
        let parts = parts(model.loss(batch))
        #expect(abs(parts["intra"]! - 0.1 * intra) < 1e-9)
        #expect(abs(parts["token"]! - 0.1 * token) < 1e-9)
    }

    @Test("eq. 2: the drawn clip against the sentences of the batch, and the other way round where asked")
    func acrossVideos() throws {
        for contrast in CDNetConfiguration.InterContrast.allCases {
            let model = try CDNetFixture.model(dtype: .float64) { $0.interContrast = contrast }
            let output = model.forward(batch)
            let clips = (0..<3).map { row in
                vector(output.video, row, (0..<Self.clips[row]).first { isInMoment(row, $0) }!)
            }
            let queries = (0..<3).map { output.query[$0].doubles() }
            var expected = 0.0
            for row in 0..<3 {
                let own = cosine(clips[row], queries[row])
                expected += softmaxLoss(own, queries.map { cosine(clips[row], $0) }) / 3
                if contrast == .symmetric {
                    expected += softmaxLoss(own, clips.map { cosine($0, queries[row]) }) / 3
                }
            }
            #expect(abs(parts(model.loss(batch))["inter"]! - 0.1 * expected) < 1e-9, "\(contrast)")
        }
    }

    @Test("eqs. 14 to 16: focal, smooth L1 and gIoU over the clips in moments")
    func dense() throws {
        let model = try CDNetFixture.model(dtype: .float64) { $0.smoothL1Beta = 0.1 }
        let output = model.forward(batch)
        var (focal, distance, apart, positives) = (0.0, 0.0, 0.0, 0.0)
        for row in 0..<3 {
            let duration = Double(2 * Self.clips[row])
            for clip in 0..<Self.clips[row] {
                let f = 1 / (1 + exp(-output.logits[row, clip].item()))
                guard isInMoment(row, clip) else {
                    focal -= 0.75 * f * f * log(1 - f)
                    continue
                }
                focal -= 0.25 * (1 - f) * (1 - f) * log(f)
                positives += 1
                let center = Double(2 * clip + 1)
                let moment = Self.moments[row].first { $0.start <= center && center <= $0.end }!
                let (l, r) = (output.boundaries[row, clip, 0].item(), output.boundaries[row, clip, 1].item())
                for (found, wanted) in [
                    (l, (center - moment.start) / duration), (r, (moment.end - center) / duration),
                ] {
                    let difference = abs(found - wanted)
                    distance += difference < 0.1 ? difference * difference / 0.2 : difference - 0.05
                }
                let (start, end) = (center / duration - l, center / duration + r)
                let (from, to) = (moment.start / duration, moment.end / duration)
                let shared = max(0, min(end, to) - max(start, from))
                let union = end - start + to - from - shared
                let hull = max(end, to) - min(start, from)
                apart += 1 - (shared / union - (hull - union) / hull)
            }
        }
        let parts = parts(model.loss(batch))
        #expect(abs(parts["focal"]! - focal / positives) < 1e-9)
        #expect(abs(parts["smooth_l1"]! - distance / positives) < 1e-9)
        #expect(abs(parts["giou"]! - apart / positives) < 1e-9)
    }

    @Test("Hungarian assignment makes one clip a moment positive: the cheapest set")
    func hungarian() throws {
        let model = try CDNetFixture.model(dtype: .float64) { $0.assignment = .hungarian }
        let output = model.forward(batch)
        func cost(_ row: Int, _ clip: Int, _ moment: Span) -> Double {
            let duration = Double(2 * Self.clips[row])
            let f = 1 / (1 + exp(-output.logits[row, clip].item()))
            let (start, end) = (output.spans[row, clip, 0].item(), output.spans[row, clip, 1].item())
            let (from, to) = (moment.start / duration, moment.end / duration)
            let shared = max(0, min(end, to) - max(start, from))
            let union = end - start + to - from - shared
            let hull = max(end, to) - min(start, from)
            let overlap = shared / union - (hull - union) / hull
            return 10 * (abs(start - from) + abs(end - to)) - overlap - 4 * f
        }
        // Row 0 has two moments: all pairs of different clips. The others have one.
        var best = (cost: Double.infinity, clips: [0, 0])
        for a in 0..<9 {
            for b in 0..<9 where a != b {
                let sum = cost(0, a, Self.moments[0][0]) + cost(0, b, Self.moments[0][1])
                if sum < best.cost { best = (sum, [a, b]) }
            }
        }
        var chosen = [Set(best.clips)]
        for row in 1..<3 {
            chosen.append([
                (0..<Self.clips[row]).min { cost(row, $0, Self.moments[row][0]) < cost(row, $1, Self.moments[row][0]) }!
            ])
        }
        var focal = 0.0
        for row in 0..<3 {
            for clip in 0..<Self.clips[row] {
                let f = 1 / (1 + exp(-output.logits[row, clip].item()))
                focal -=
                    chosen[row].contains(clip)
                    ? 0.25 * (1 - f) * (1 - f) * log(f) : 0.75 * f * f * log(1 - f)
            }
        }
        #expect(abs(parts(model.loss(batch))["focal"]! - focal / 4) < 1e-9)
    }

    @Test("both assignments are the sum of each")
    func bothAssignments() throws {
        let values = try [CDNetConfiguration.Assignment.dense, .hungarian, .both].map { assignment in
            parts(try CDNetFixture.model(dtype: .float64) { $0.assignment = assignment }.loss(batch))
        }
        for name in ["focal", "smooth_l1", "giou"] {
            #expect(abs(values[0][name]! + values[1][name]! - values[2][name]!) < 1e-12, "\(name)")
        }
        #expect(values[0]["intra"]! == values[2]["intra"]!)
    }

    @Test("in training positive clips are drawn from the store's source, and from it alone")
    func drawing() throws {
        let model = try CDNetFixture.model()
        let batch = CDNetFixture.batch(clips: [30, 25], words: [3, 4])
        model.store.isTraining = true
        let start = model.store.random.state
        let first = (0..<4).map { _ in model.loss(batch).total.item() }
        #expect(Set(first).count > 1)
        model.store.random.state = start
        #expect((0..<4).map { _ in model.loss(batch).total.item() } == first)
        model.store.isTraining = false
        let state = model.store.random.state
        _ = model.loss(batch)
        _ = model.ground(batch)
        #expect(model.store.random.state == state)
    }
}
