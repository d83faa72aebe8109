import Foundation
import Synchronization

/// Indexes that are mapped, kept between searches.
final class OpenIndexes: Sendable {
    private let open = Mutex<[URL: CompressedIndex]>([:])

    /// The index in a file; nil where there is none that can be read.
    func index(_ url: URL) -> CompressedIndex? {
        open.withLock { open in
            if let known = open[url] { return known }
            guard let index = try? CompressedIndex(mapping: url) else { return nil }
            // One that was replaced is not asked for again.
            open = open.filter { FileManager.default.fileExists(atPath: $0.key.path) }
            open[url] = index
            return index
        }
    }
}
