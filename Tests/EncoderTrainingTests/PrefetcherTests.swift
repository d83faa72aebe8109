import Foundation
import Testing

@testable import EncoderTraining

@Suite struct PrefetcherTests {
    @Test(arguments: [1, 3]) func severalThreadsGiveValuesInOrder(threads: Int) {
        let ahead = Prefetcher(5..<60, threads: threads) { number in
            // Later numbers may well be ready first.
            Thread.sleep(forTimeInterval: number % 3 == 0 ? 0.002 : 0)
            return number * number
        }
        #expect((5..<60).map { _ in ahead.value() } == (5..<60).map { $0 * $0 })
    }
}
