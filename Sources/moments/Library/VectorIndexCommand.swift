import ArgumentParser
import Foundation
import Training
import VideoLibrary

/// `moments library vector-index`: builds the index by which searches pass most clips over.
struct VectorIndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vector-index",
        abstract: "Build the index by which a search passes most of a large library's clips over.",
        discussion: """
            Up to some hundred thousand clips a search that compares all of them is fast enough. The index (FAISS: an \
            inverted file of compressed vectors) looks at a few per cent of them, and says how many of the ten nearest it \
            found when it was built. Clips that come later are compared one by one, until it is built again: by this \
            command, or by `moments index` when they are many. One that is up to date stays; --again builds it all the same.
            """)

    @OptionGroup var place: LibraryOptions

    @Flag(help: "Build it also where it is up to date.")
    var again = false

    @Flag(help: "Print one JSON object an index.")
    var json = false

    func run() throws {
        try reporting {
            let library = try VideoLibrary(at: place.url)
            let spaces = try library.spaces()
            guard !spaces.isEmpty else { throw LibraryError.tooFewClips(0, needed: VideoLibrary.leastIndexedClips) }
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            for space in spaces {
                let known = again ? nil : try library.vectorIndex(space: space)
                let current = known.flatMap { $0.isStale || $0.later > 0 ? nil : $0 }
                let index = try current ?? VectorIndexing.build(library, space: space)
                print(json ? try jsonLine(VectorIndexObject(index)) : index.summary)
            }
        }
    }
}

/// Building an index, with what is shown meanwhile.
enum VectorIndexing {
    /// Builds it where the clips are many and there is none, or where it is stale.
    static func refresh(_ library: VideoLibrary, space: String) throws {
        guard try library.wantsVectorIndex(space: space) else { return }
        do {
            tell(try build(library, space: space).summary)
        } catch LibraryError.busy {
            // Whoever indexes now builds it at the end.
        }
    }

    static func build(_ library: VideoLibrary, space: String) throws -> VectorIndexInfo {
        let line = WorkProgress("building the index", unit: "clips")
        defer { line.clear() }
        do {
            return try library.buildVectorIndex(space: space) { step in
                if case .adding(let done, let all) = step { line.show(done, all) }
                return Interruption.pending == nil
            }
        } catch is CancellationError {
            throw Interrupted("no index was built; searches go on without it, or with the earlier one")
        }
    }
}

extension VectorIndexInfo {
    /// A line for people.
    var summary: String {
        "index: \(clips) clips and \(later) later ones, \(String(format: "%.1f", 100 * recall)) % of the ten nearest found "
            + "in \(effort.probes) lists\(isStale ? "; stale, build it again" : "")"
    }
}

/// An index for programs.
struct VectorIndexObject: Encodable {
    let space: String
    let clips, later, probes, pool: Int
    let recall: Double
    let stale: Bool

    init(_ index: VectorIndexInfo) {
        space = index.space
        (clips, later) = (index.clips, index.later)
        (probes, pool) = (index.effort.probes, index.effort.pool)
        (recall, stale) = (index.recall, index.isStale)
    }
}
