import Foundation
import Hashing
import VideoLibrary

/// A [Chroma](https://www.trychroma.com) server, or a cluster of them, as a library's vector database.
///
///     let place = try ChromaPlace("http://vectors.example.org:8000")
///     let library = try VideoLibrary(at: folder, vectors: ChromaDatabase(place))
///     try library.uploadVectors(space: space)
///
/// It is asked over version 2 of its HTTP interface, which servers since 1.1 and the distributed deployment have.
public final class ChromaDatabase: VectorDatabase {
    private let connection: ChromaConnection
    private let batch: Int

    /// Names a database; nobody is asked yet.
    ///
    /// - Parameters:
    ///   - place: Where it is.
    ///   - seconds: How long an answer may take.
    ///   - batch: How many clips are sent at once at most; 300 is what Chroma's own cloud takes.
    public init(_ place: ChromaPlace, seconds: Double = 30, batch: Int = 250) {
        precondition(seconds > 0 && batch > 0, "\(seconds) s, batches of \(batch)")
        connection = ChromaConnection(place, seconds: seconds)
        self.batch = batch
    }

    /// The server's address, tenant and database.
    public var address: String {
        let place = connection.place
        return "\(place.server)/\(place.tenant)/\(place.database)"
    }

    /// Opens a space's collection; see `VectorDatabase`.
    public func open(space: String, width: Int) throws(VectorDatabaseError) -> any VectorCollection {
        let limit = try checkedLimit()
        let opened: ChromaAnswer.Collection = try connection.post(
            connection.place.collections,
            ChromaRequest.Creation(
                name: Self.name(of: space), metadata: ["encoders": String(space.prefix(200))]))
        if let found = opened.dimension, found != width {
            throw .wrongWidth(address: address, found: found, expected: width)
        }
        return ChromaCollection(connection, id: opened.id, batch: min(limit, batch))
    }

    /// A collection that was opened before; see `VectorDatabase`.
    public func collection(_ id: String) -> any VectorCollection {
        ChromaCollection(connection, id: id, batch: batch)
    }

    /// What a space's collection is called: any other space, also one that differs in the weights alone, has another name.
    static func name(of space: String) -> String { "moments-" + ContentHash.sha256(of: space) }

    /// Records that the server takes at once, once it is known to be one that is understood here.
    private func checkedLimit() throws(VectorDatabaseError) -> Int {
        let server = connection.place.server
        let version: String
        do {
            version = try connection.get("/version")
        } catch .refused(_, let status, _) where [404, 405, 410, 501].contains(status) {
            throw .wrongVersion(address: server, found: "no Chroma that has version 2 of the interface")
        } catch .nonsense {
            throw .wrongVersion(address: server, found: "something else than Chroma")
        }
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }), major >= 1 else {
            throw .wrongVersion(address: server, found: "Chroma \(version.prefix(40))")
        }
        let checklist: ChromaAnswer.Checklist = try connection.get("/pre-flight-checks")
        guard checklist.supportsBase64Encoding == true else {
            throw .wrongVersion(address: server, found: "a Chroma that takes no vectors as base64")
        }
        return max(1, checklist.maxBatchSize)
    }
}
