import Annotations
import Foundation
import TensorFiles
import Testing

@testable import Datasets

@Suite("Packs that are cut, foreign or damaged")
struct PackDamageTests {
    private func pack() throws -> (DatasetFixture, URL, [UInt8]) {
        let fixture = try DatasetFixture()
        let annotations = try fixture.write(queries: 3, pooled: true)
        let url = fixture.file("features.pack")
        _ = try FeaturePacker(try fixture.open(annotations)).pack(annotations, to: url)
        return (fixture, url, [UInt8](try Data(contentsOf: url)))
    }

    private func open(_ bytes: [UInt8], _ url: URL) throws -> TensorFileError? {
        try Data(bytes).write(to: url)
        do {
            _ = try PackedFeatures(contentsOf: url)
            return nil
        } catch {
            return error as? TensorFileError
        }
    }

    private func integer(_ bytes: [UInt8], at offset: Int) -> Int {
        (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Makes header and index checksums right again.
    private func signed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        func put(_ number: UInt64, at offset: Int) {
            for byte in 0..<8 { bytes[offset + byte] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte))) }
        }
        let index = Array(bytes[integer(bytes, at: 24)...])
        put(index.withUnsafeBytes(PackChecksum.of), at: 40)
        put(Array(bytes[..<56]).withUnsafeBytes(PackChecksum.of), at: 56)
        return bytes
    }

    @Test("missing, empty, foreign and cut files give their errors, at every length")
    func cut() throws {
        let (fixture, url, bytes) = try pack()
        defer { fixture.remove() }
        let absent = #expect(throws: TensorFileError.self) {
            try PackedFeatures(contentsOf: fixture.file("absent.pack"))
        }
        #expect(absent?.problem == .notFound)
        #expect(try open([], url)?.problem == .empty)
        #expect(try open(Array("PK\u{3}\u{4} something".utf8), url) != nil)
        for length in Array(1..<80) + Array(stride(from: 80, to: bytes.count, by: 97)) + [bytes.count - 1] {
            #expect(try open(Array(bytes[..<length]), url) != nil, "cut to \(length)")
        }
        #expect(try open(bytes + [0], url) != nil)
        #expect(try open(bytes, url) == nil)
    }

    @Test("any flipped byte of header and index is found on opening, any of a block by verifying")
    func flipped() throws {
        let (fixture, url, bytes) = try pack()
        defer { fixture.remove() }
        let index = integer(bytes, at: 24)
        for offset in Array(0..<64) + Array(stride(from: index, to: bytes.count, by: 7)) {
            var damaged = bytes
            damaged[offset] ^= 0x10
            #expect(try open(damaged, url) != nil, "byte \(offset)")
        }
        var damaged = bytes
        damaged[64 + 17] ^= 1
        #expect(try open(damaged, url) == nil)
        let error = #expect(throws: TensorFileError.self) { try PackedFeatures(contentsOf: url).verify() }
        #expect(error?.problem == .checksumMismatch)
        #expect(error?.part?.contains("-v_0") == true)
    }

    @Test("another version is named")
    func version() throws {
        let (fixture, url, bytes) = try pack()
        defer { fixture.remove() }
        var newer = bytes
        newer[8] = 9
        let error = try open(newer, url)
        #expect(error?.description.contains("version 9") == true)
        var storage = bytes
        storage[12] = 7
        #expect(try open(signed(storage), url)?.description.contains("7") == true)
    }

    @Test("an index that lies is refused although its checksum is right")
    func lyingIndex() throws {
        let (fixture, url, bytes) = try pack()
        defer { fixture.remove() }
        let index = integer(bytes, at: 24)
        let entries = index + 8 + integer(bytes, at: index)
        let offset = entries + 8 + 4 + Int(bytes[entries + 8])
        #expect(try open(signed(bytes), url) == nil)
        for (place, byte) in [
            (entries, 200), (entries + 7, 1), (entries + 8, 255), (offset, 1), (offset + 6, 1), (offset + 8, 255),
            (offset + 8, 0), (offset + 13, 1), (offset + 31, 0xff), (index, 3), (index + 6, 1),
        ] as [(Int, UInt8)] {
            var lying = bytes
            lying[place] = byte
            #expect(try open(signed(lying), url) != nil, "byte \(place - index) of the index")
        }
    }
}
