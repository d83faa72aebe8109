import Testing
import VideoLibrary

@testable import Chroma

@Suite("Where a Chroma database is")
struct ChromaPlaceTests {
    @Test("is an address of the web, with a proxy's path where there is one, and names that are escaped")
    func good() throws {
        let plain = try ChromaPlace("http://host:8000/")
        #expect(plain.url("/version") == "http://host:8000/api/v2/version")
        #expect(plain.collections == "/tenants/default_tenant/databases/default_database/collections")
        let other = try ChromaPlace("https://host/vectors", tenant: "a/b", database: "films ü", token: "secret")
        #expect(other.url("/version") == "https://host/vectors/api/v2/version")
        #expect(other.collections == "/tenants/a%2Fb/databases/films%20%C3%BC/collections")
        #expect(ChromaDatabase(other).address == "https://host/vectors/a/b/films ü")
    }

    @Test(
        "is refused where it can be none",
        arguments: ["", "host:8000", "ftp://host", "http://", "http://host/?a=1", "http://h/#a"])
    func bad(_ address: String) {
        #expect(throws: VectorDatabaseError.self) { try ChromaPlace(address) }
    }

    @Test("holds no password, which a message about it would show, and no token that a header cannot carry")
    func secrets() {
        let error = #expect(throws: VectorDatabaseError.self) { try ChromaPlace("http://me:sesame@host:8000") }
        #expect(error?.exitCode == 64 && error?.description.contains("sesame") == false)
        let other = #expect(throws: VectorDatabaseError.self) { try ChromaPlace("http://host", token: "se same\r\n") }
        #expect(other?.description.contains("same") == false)
    }

    @Test("collections of two kinds of encoders differ, and are called as Chroma allows")
    func names() {
        let name = ChromaDatabase.name(of: "clip ViT-B/32 0f3a, clips of 2/1 s")
        #expect(name != ChromaDatabase.name(of: "clip ViT-B/32 0f3b, clips of 2/1 s"))
        #expect(name.wholeMatch(of: /[a-z0-9][a-z0-9-]{1,126}[a-z0-9]/) != nil)
    }
}
