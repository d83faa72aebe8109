import Finding
import Foundation

extension VideoLibrary {
    /// Takes over what other libraries hold: their encodings, so that nothing is encoded again, and where their files lie.
    ///
    /// The others stay as they are. What is in several of them, or here already, is taken once. Videos themselves are not
    /// copied: their paths must mean the same here, or the videos are found and cannot be watched before their folder here
    /// is indexed, which knows them by their content.
    ///
    /// `progress` is called with the library's number, the videos of it that are done, and those in all; false stops, and
    /// what is done is kept.
    ///
    /// - Throws: ``LibraryError/otherSpaces(folder:spaces:expected:)`` before anything is changed, where one was encoded
    ///   otherwise than the rest; ``LibraryError/busy(folder:)`` where somebody indexes into one of them.
    public func merge(
        _ others: [VideoLibrary], progress: (_ library: Int, _ done: Int, _ total: Int) -> Bool = { _, _, _ in true }
    ) throws -> MergeReport {
        let own = folder.url.resolvingSymlinksInPath().path
        for other in others where other.folder.url.resolvingSymlinksInPath().path == own {
            throw LibraryError.sameLibrary(folder: other.url.path)
        }
        let locks = try ([self] + others).map { try LibraryLock($0.folder) }
        defer { withExtendedLifetime(locks) {} }
        try checkSpaces(of: others)
        try EncodingStore(folder: folder).sweep(database.queue)
        folder.features.removeUnfinished()
        var report = MergeReport()
        for (index, other) in others.enumerated() where !report.wasStopped {
            try LibraryMerger(target: self, source: other).merge(&report) { progress(index, $0, $1) }
        }
        return report
    }

    /// Libraries belong together when all of a library's videos can be compared with those of the others.
    private func checkSpaces(of others: [VideoLibrary]) throws {
        var expected = try spaces()
        for other in others {
            let spaces = try other.spaces()
            if expected.isEmpty { expected = spaces }
            guard spaces.allSatisfy(expected.contains) else {
                throw LibraryError.otherSpaces(folder: other.url.path, spaces: spaces, expected: expected)
            }
        }
    }
}
