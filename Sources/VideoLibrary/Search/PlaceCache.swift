import GRDB
import Synchronization

/// Keeps places between searches, for as long as nobody changes the library.
///
/// Changes of other connections, also of other processes, show in SQLite's `data_version`, those of our own in the number of
/// changed rows. Both are asked in the same read as the places, so that what is kept is what the read would have found.
final class PlaceCache: Sendable {
    private struct Version: Hashable {
        let others: Int
        let own: Int
    }

    private struct Key: Hashable {
        let space: Int64
        let filter: LibraryFilter
    }

    private struct State {
        var version: Version?
        var places: [Key: Places] = [:]
        var readings = 0
    }

    /// Filters whose places are kept.
    private static let limit = 16

    private let state = Mutex(State())

    /// How often places were read.
    var readings: Int { state.withLock { $0.readings } }

    /// The places that a filter lets through, kept or read.
    func places(_ filter: LibraryFilter, space: Int64, in database: Database) throws -> Places {
        let version = Version(
            others: try Int.fetchOne(database, sql: "PRAGMA data_version") ?? 0, own: database.totalChangesCount)
        let key = Key(space: space, filter: filter)
        let kept = state.withLock { state in
            if state.version != version { (state.version, state.places) = (version, [:]) }
            return state.places[key]
        }
        if let kept { return kept }
        let places = try Places(filter, space: space, in: database)
        state.withLock { state in
            state.readings += 1
            if state.places.count >= Self.limit { state.places = [:] }
            if state.version == version { state.places[key] = places }
        }
        return places
    }
}
