import Foundation
import GRDB

/// An index over a space's vectors, which lies in a file of its own.
struct VectorIndexRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "vectorIndex"

    var spaceId: Int64
    /// Its name in the library's folder.
    var file: String
    /// The latest encoding that it covers. Later ones may lie in rows of earlier ones that were forgotten.
    var lastEncoding: Int64
    /// Clips that it was built over.
    var clips: Int
    /// See ``ApproximateSearch/Effort``.
    var probes: Int
    var pool: Int
    /// What it found of what the exact search finds.
    var recall: Double
    var built: Date

    var effort: ApproximateSearch.Effort { ApproximateSearch.Effort(probes: probes, pool: pool) }
}

/// An index over a space's vectors.
public struct VectorIndexInfo: Hashable, Sendable {
    /// ``LibraryEncoder/space``.
    public let space: String
    /// Clips that it covers.
    public let clips: Int
    /// Clips that came later: a search compares them one by one.
    public let later: Int
    /// The share of the ten nearest clips that it found when it was built.
    public let recall: Double
    /// How much a search looks at.
    public let effort: ApproximateSearch.Effort
    /// When it was built.
    public let built: Date
    /// Whether so much has come or gone that it should be built again.
    public let isStale: Bool
}
