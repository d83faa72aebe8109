import ArgumentParser
import Chroma
import Foundation
import VideoLibrary

/// Which vector database finds the candidates of searches, if any.
struct VectorDatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A Chroma server that finds near clips, such as http://host:8000; $MOMENTS_VECTORS if left out.",
            valueName: "address"))
    var vectors: String?

    @Option(
        help: ArgumentHelp(
            "Whose database it is there; $MOMENTS_VECTORS_TENANT or default_tenant if left out.", valueName: "name"))
    var vectorsTenant: String?

    @Option(
        help: ArgumentHelp(
            "The database there; $MOMENTS_VECTORS_DATABASE or default_database if left out.", valueName: "name"))
    var vectorsDatabase: String?

    /// The database; nil where none is named. Nobody is asked yet.
    func database() throws -> ChromaDatabase? {
        guard let address = vectors ?? Self.environment("MOMENTS_VECTORS") else { return nil }
        return ChromaDatabase(
            try ChromaPlace(
                address, tenant: vectorsTenant ?? Self.environment("MOMENTS_VECTORS_TENANT") ?? "default_tenant",
                database: vectorsDatabase ?? Self.environment("MOMENTS_VECTORS_DATABASE") ?? "default_database",
                token: Self.environment("MOMENTS_VECTORS_TOKEN")))
    }

    /// A library that is searched by the database. One that was not uploaded there is searched without it, which is said.
    func library(at url: URL, creating: Bool = false) throws -> VideoLibrary {
        let database = try database()
        let library = try VideoLibrary(at: url, creating: creating, vectors: database)
        if let database,
            try !library.vectorUploads().contains(where: { $0.address == database.address && $0.clips > 0 })
        {
            tell(
                "\(database.address): nothing was uploaded there yet, and all clips are compared here; "
                    + "`moments library vector-upload` uploads them.")
        }
        return library
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
