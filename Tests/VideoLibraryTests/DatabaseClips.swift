import Benchmarks
import TensorFiles

@testable import VideoLibrary

/// Generated clips as videos of a library, without one, which a vector database may hold.
struct DatabaseClips {
    static let generated = GeneratedClips(width: 512)

    let vectors: StoredTensor
    let places: Places
    let clips: Int

    /// - Parameters:
    ///   - count: Videos.
    ///   - clips: Clips of each.
    ///   - part: Other parts are other videos.
    init(videos count: Int, clips: Int, part: Int = 0, of generated: GeneratedClips = generated) {
        self.clips = clips
        vectors = generated.vectors(count * clips, part: part)
        places = Places(
            (0..<count).map { video in
                Place(
                    id: Int64(video), hash: "\(part)-\(video)", duration: 1, encoding: Int64(video + 1),
                    rows: video * clips..<(video + 1) * clips)
            })
    }

    func search(_ collection: any VectorCollection) -> DatabaseSearch {
        DatabaseSearch(collection: collection, places: places, exact: ExactSearch(vectors))
    }

    /// Brings all of them into a collection.
    func add(to collection: any VectorCollection) throws {
        for place in places.all {
            let values = vectors.rows(place.rows).doubles().map { Float($0) }
            let width = vectors.shape[1]
            try collection.add(
                (0..<clips).map { clip in
                    NamedClip(
                        ClipName(video: place.hash, clip: clip),
                        vector: Array(values[clip * width..<(clip + 1) * width]))
                })
        }
    }
}
