import Foundation
import Hashing
import TestSupport
import Testing

@testable import Downloads

@Suite("The catalogue")
struct CatalogueTests {
    @Test("every item has a name of its own, terms, a purpose, and encrypted addresses")
    func items() throws {
        let items = Catalogue.items
        #expect(Set(items.map(\.name)).count == items.count)
        for item in items {
            #expect(!item.files.isEmpty && !item.licence.isEmpty && !item.purpose.isEmpty)
            #expect(Set(item.files.map(\.name)).count == item.files.count)
            for file in item.files {
                #expect(file.address.scheme == "https" && file.address.host != nil, "\(file.name)")
                #expect(!file.name.contains("/"))
                if let hash = file.sha256 { #expect(try HashPolicy.digits(hash) == hash) }
            }
        }
        #expect(
            try Catalogue.item(named: "CLIP-ViT-B-32").files.map(\.name) == [
                "ViT-B-32.pt", "bpe_simple_vocab_16e6.txt.gz",
            ])
    }

    @Test("OpenAI's addresses contain the hashes")
    func openAI() throws {
        for file in Catalogue.encoders.flatMap(\.files) where file.address.host == "openaipublic.azureedge.net" {
            #expect(file.address.pathComponents.contains(try #require(file.sha256)))
        }
    }

    @Test("an unknown name is answered with the known ones")
    func unknown() {
        let error = #expect(throws: DownloadError.self) { try Catalogue.item(named: "clip-vit-b-64") }
        #expect(error?.description.contains("clip-vit-b-32, ") == true && error?.exitCode == 64)
    }

    @Test(
        "the hashes and sizes of the annotations are those of the shared files (Golden)",
        .enabled(if: SharedMaterial.data != nil))
    func annotations() throws {
        let data = try #require(SharedMaterial.data)
        var checked = 0
        for item in Catalogue.dataSets {
            for file in item.files where file.sha256 != nil {
                let shared = data.appendingPathComponent(item.name).appendingPathComponent(file.name)
                guard FileManager.default.fileExists(atPath: shared.path) else { continue }
                #expect(try ContentHash.sha256(of: shared) == file.sha256, "\(file.name)")
                #expect(try Data(contentsOf: shared).count == file.byteCount, "\(file.name)")
                checked += 1
            }
        }
        #expect(checked == 12)
    }

    @Test("the cache lies where the specification says, unless it is named")
    func cacheFolder() {
        func folder(_ environment: [String: String]) -> String {
            DownloadCache.standardFolder(environment: environment).path
        }
        #expect(folder(["MOMENTS_CACHE": "/m", "XDG_CACHE_HOME": "/x"]) == "/m/downloads")
        #expect(folder(["MOMENTS_CACHE": "", "XDG_CACHE_HOME": "/x"]) == "/x/moments/downloads")
        #expect(folder(["XDG_CACHE_HOME": "relative"]).hasSuffix("/.cache/moments/downloads"))
    }

    @Test("an item is there when all its files are")
    func holds() throws {
        let folder = DownloadFolder()
        defer { folder.remove() }
        let cache = DownloadCache(folder: folder.url)
        let item = try Catalogue.item(named: Catalogue.clip)
        try FileManager.default.createDirectory(at: cache.folder(of: item), withIntermediateDirectories: true)
        let main = cache.folder(of: item).appendingPathComponent("ViT-B-32.pt")
        try Data().write(to: main)
        #expect(!cache.holds(item) && cache.mainFile(of: item.name) == nil)
        try Data().write(to: cache.folder(of: item).appendingPathComponent("bpe_simple_vocab_16e6.txt.gz"))
        #expect(cache.holds(item) && cache.mainFile(of: item.name) == main)
        #expect(cache.mainFile(of: "nothing") == nil)
    }
}

@Suite("The pace of a download")
struct TransferPaceTests {
    @Test("a steady rate is found, and with it the time left")
    func steady() {
        var pace = TransferPace()
        #expect(pace.secondsLeft(received: 0, total: 100) == nil)
        for second in 0...10 { pace.note(bytes: 1000 * second, at: Double(second)) }
        #expect(pace.rate == 1000)
        #expect(pace.secondsLeft(received: 10_000, total: 15_000) == 5)
        #expect(pace.secondsLeft(received: 10_000, total: nil) == nil)
    }

    @Test("a new start is not a negative rate, and what was there before is no speed")
    func restarted() {
        var pace = TransferPace()
        pace.note(bytes: 1_000_000, at: 0)
        pace.note(bytes: 0, at: 1)
        #expect(pace.rate == nil)
        pace.note(bytes: 500, at: 2)
        #expect(pace.rate == 500)
    }
}
