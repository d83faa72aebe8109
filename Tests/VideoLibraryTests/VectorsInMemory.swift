import Synchronization

@testable import VideoLibrary

/// A vector database in this process, which may be out of order, and remembers what it was asked.
final class VectorsInMemory: VectorDatabase {
    let address = "memory"

    struct State {
        var collections: [String: [ClipName: [Float]]] = [:]
        /// Collections that were made, so that no two have the same name.
        var made = 0
        var ids: [String: String] = [:]
        /// How many clips came in each batch.
        var added: [Int] = []
        /// The videos that each question named.
        var asked: [[String]?] = []
        /// Thrown by the next additions, one each; nil lets one through.
        var failures: [VectorDatabaseError?] = []
    }

    let state = Mutex(State())
    let batch: Int

    init(batch: Int = 100) { self.batch = batch }

    func open(space: String, width: Int) -> any VectorCollection {
        let id = state.withLock { state in
            if let known = state.ids[space] { return known }
            state.made += 1
            state.ids[space] = "\(space)-\(state.made)"
            state.collections["\(space)-\(state.made)"] = [:]
            return "\(space)-\(state.made)"
        }
        return collection(id)
    }

    func collection(_ id: String) -> any VectorCollection { Collection(id: id, batch: batch, database: self) }

    /// Removes a space's collection.
    func drop(_ space: String) {
        state.withLock { state in
            if let id = state.ids.removeValue(forKey: space) { state.collections[id] = nil }
        }
    }

    /// The clips of all videos by name.
    var names: Set<ClipName> { state.withLock { Set($0.collections.values.flatMap(\.keys)) } }

    struct Collection: VectorCollection {
        let id: String
        let batch: Int
        let database: VectorsInMemory

        private func change<Result: Sendable>(
            _ body: (inout State, inout [ClipName: [Float]]) throws(VectorDatabaseError) -> Result
        ) throws(VectorDatabaseError) -> Result {
            try database.state.withLock { state throws(VectorDatabaseError) -> Result in
                guard var clips = state.collections[id] else { throw .collectionGone(address: database.address) }
                let result = try body(&state, &clips)
                state.collections[id] = clips
                return result
            }
        }

        func known(of clips: [ClipName]) throws(VectorDatabaseError) -> Set<ClipName> {
            try change { _, known in Set(clips.filter { known[$0] != nil }) }
        }

        func add(_ clips: [NamedClip]) throws(VectorDatabaseError) {
            try change { state, known throws(VectorDatabaseError) in
                if !state.failures.isEmpty, let failure = state.failures.removeFirst() { throw failure }
                state.added.append(clips.count)
                for clip in clips { known[clip.name] = clip.vector }
            }
        }

        func remove(videos: [String]) throws(VectorDatabaseError) {
            try change { _, known in known = known.filter { !videos.contains($0.key.video) } }
        }

        func nearest(
            to vector: [Float], count: Int, in videos: [String]?
        ) throws(VectorDatabaseError) -> [ClipName] {
            try change { state, known in
                state.asked.append(videos)
                let near = known.filter { videos?.contains($0.key.video) ?? true }.map { name, own in
                    (name: name, cosine: zip(own, vector).reduce(0) { $0 + $1.0 * $1.1 })
                }
                return near.sorted { $0.cosine > $1.cosine }.prefix(count).map(\.name)
            }
        }
    }
}
