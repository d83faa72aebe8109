import Foundation
import Testing

@testable import TensorFiles

@Suite("npz and npy files")
struct NPZTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("every type and shape survives", arguments: [false, true])
    func roundTrip(deflated: Bool) throws {
        let all = oneOfEach()
        let url = folder.file("all.npz")
        try NPZFile.write(all, to: url, deflated: deflated)
        let file = try NPZFile(contentsOf: url)
        #expect(file.names == all.names)
        #expect(try file.all() == all)
    }

    @Test("a stored array is a window onto the mapped file")
    func mapped() throws {
        let url = folder.file("features.npz")
        try NPZFile.write(["features": StoredTensor([Float](repeating: 1, count: 600), shape: [6, 100])], to: url)
        let file = try NPZFile(contentsOf: url)
        let features = try file.tensor(named: "features")
        #expect(features.isAligned)
        #expect(features.storage === (try file.tensor(named: "features")).storage)
        #expect(features.storage.count == (try bytes(of: url)).count)
        #expect(features.byteOffset % 64 == 0)
    }

    @Test("files that belong together appear all, or none that is new")
    func together() throws {
        let (first, second) = (folder.file("first.npz"), folder.file("second.npz"))
        // A folder in the second's place cannot be renamed onto.
        try FileManager.default.createDirectory(
            at: second.appendingPathComponent("full"), withIntermediateDirectories: true)
        let pair = [first, second].map { (tensors: oneOfEach(), url: $0) }
        #expect(throws: TensorFileError.self) { try NPZFile.write(together: pair) }
        let place = first.deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["second.npz"])
        try FileManager.default.removeItem(at: second)
        try NPZFile.write(together: pair)
        #expect(try bytes(of: first) == bytes(of: second))
    }

    @Test("the same arrays give the same bytes", arguments: [false, true])
    func deterministic(deflated: Bool) throws {
        let urls = [folder.file("1.npz"), folder.file("2.npz")]
        for url in urls { try NPZFile.write(oneOfEach(), to: url, deflated: deflated) }
        #expect(try bytes(of: urls[0]) == bytes(of: urls[1]))
    }

    @Test("a deflated file is smaller where it can be")
    func deflates() throws {
        let tensor = StoredTensor([Float](repeating: 0.5, count: 100_000))
        try NPZFile.write(["x": tensor], to: folder.file("x.npz"), deflated: true)
        #expect(try bytes(of: folder.file("x.npz")).count < 10_000)
        #expect(try NPZFile(contentsOf: folder.file("x.npz")).tensor(named: "x") == tensor)
    }

    @Test("bfloat16 is written as float32, which NumPy knows")
    func brainFloat() throws {
        let tensor = StoredTensor(dtype: .bfloat16, shape: [2], storage: ByteStorage([0x80, 0x3f, 0x00, 0xc0]))
        try NPYFile.write(tensor, to: folder.file("x.npy"))
        let read = try NPYFile.read(contentsOf: folder.file("x.npy"))
        #expect(read.dtype == .float32)
        #expect(read.floats() == [1, -2])
    }

    @Test("a single array survives as .npy")
    func singleArray() throws {
        for (_, tensor) in oneOfEach() {
            try NPYFile.write(tensor, to: folder.file("x.npy"))
            #expect(try NPYFile.read(contentsOf: folder.file("x.npy")) == tensor)
        }
    }

    /// The header text of a version and the data behind it.
    private func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = header.utf8.count
        let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(length >> (8 * $0) & 0xff) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8) + data
    }

    private func read(_ bytes: [UInt8]) throws -> StoredTensor {
        try NPYFile.read(storage: ByteStorage(bytes), file: "x.npy")
    }

    @Test("Fortran order and big-endian numbers come out in C order, little-endian")
    func orders() throws {
        let fortran = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }"
        #expect(try read(npy(fortran, [0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0])).int64s() == [0, 1, 2, 3, 4, 5])
        let deep = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }"
        #expect(try read(npy(deep, Array(0..<12))).int64s() == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
        let big = "{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }"
        #expect(try read(npy(big, [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xfe])).int64s() == [256, -2])
        let both = "{'descr': '>u2', 'fortran_order': True, 'shape': (2, 2), }"
        #expect(try read(npy(both, [0, 1, 0, 2, 0, 3, 0, 4])).int64s() == [1, 3, 2, 4])
    }

    @Test("all header versions and Python 2's long integers are read")
    func versions() throws {
        let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2L,), }\n"
        for version in UInt8(1)...3 {
            #expect(try read(npy(header, [1, 0, 2, 0], version: version)).int64s() == [1, 2])
        }
        #expect(problem { _ = try read(npy(header, [1, 0, 2, 0], version: 4)) }?.isUnsupported == true)
    }

    @Test(
        "a wrong header is damage",
        arguments: [
            "", "{", "x", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ((((((((((((((((((((1,))))))))))))))))))))}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}",
        ])
    func wrongHeaders(header: String) {
        #expect(problem { _ = try read(npy(header, [0, 0, 0, 0])) }?.isDamage == true)
    }

    @Test("types that are no numbers are named", arguments: ["|O", "<U3", "|S4", "<c16", "<M8[ns]", "|V2", "<f16"])
    func wrongTypes(type: String) {
        let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (1,), }"
        let error = #expect(throws: TensorFileError.self) { try read(npy(header, [0, 0, 0, 0])) }
        #expect(error?.problem.isUnsupported == true)
        #expect(error?.description.contains(type) == true)
    }

    @Test("a shape beyond any memory is refused without reserving it")
    func hugeShape() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"
        #expect(problem { _ = try read(npy(header, [])) }?.isTooLarge == true)
    }

    @Test("a missing name lists the names that there are")
    func missingName() throws {
        try NPZFile.write(["feature": StoredTensor([1] as [Float])], to: folder.file("x.npz"))
        let file = try NPZFile(contentsOf: folder.file("x.npz"))
        let error = #expect(throws: TensorFileError.self) { try file.tensor(named: "features") }
        #expect(error?.problem == .noSuchArray("features", available: ["feature"]))
        #expect(error?.description.hasPrefix(folder.file("x.npz").path) == true)
    }

    @Test("a flipped byte fails the checksum, unless checksums are not asked for")
    func checksum() throws {
        let url = folder.file("x.npz")
        let values = (0..<500).map { Float($0 * $0 % 97) }
        try NPZFile.write(["x": StoredTensor(values)], to: url)
        var damaged = try bytes(of: url)
        damaged[damaged.count / 2] ^= 0x10
        let copy = try folder.write(damaged, to: "y.npz")
        #expect(problem { _ = try NPZFile(contentsOf: copy).tensor(named: "x") } == .checksumMismatch)
        #expect(try NPZFile(contentsOf: copy, verifyChecksums: false).tensor(named: "x").count == 500)
    }

    @Test("an archive whose members share bytes is refused")
    func overlaps() throws {
        let url = folder.file("x.npz")
        try NPZFile.write(["a": StoredTensor([1] as [Float]), "b": StoredTensor([2] as [Float])], to: url)
        var bytes = try bytes(of: url)
        // The second directory entry's header offset, made to point at the first member.
        let second = try #require(
            bytes.indices.last { $0 + 4 <= bytes.count && Array(bytes[$0..<$0 + 4]) == [0x50, 0x4b, 1, 2] })
        for index in second + 42..<second + 46 { bytes[index] = 0 }
        #expect(problem { _ = try NPZFile(storage: ByteStorage(bytes), file: "x") }?.isDamage == true)
    }

    @Test("a missing file, a folder and a pipe are refused")
    func unreadable() throws {
        #expect(problem { _ = try NPZFile(contentsOf: folder.file("none.npz")) } == .notFound)
        #expect(problem { _ = try NPZFile(contentsOf: folder.url) }?.isUnreadable == true)
        #expect(mkfifo(folder.file("pipe").path, 0o600) == 0)
        #expect(problem { _ = try NPZFile(contentsOf: folder.file("pipe")) }?.isUnreadable == true)
    }

    @Test("a folder that is missing cannot be written to, and a failed write leaves nothing")
    func unwritable() throws {
        let url = folder.url.appendingPathComponent("no/such/x.npz")
        #expect(problem { try NPZFile.write(oneOfEach(), to: url) }?.isUnwritable == true)
        try FileManager.default.createDirectory(at: folder.file("taken.npz"), withIntermediateDirectories: true)
        #expect(problem { try NPZFile.write(oneOfEach(), to: folder.file("taken.npz")) }?.isUnwritable == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["taken.npz"])
    }

    @Test("what NumPy could not read is not written")
    func notForNumPy() throws {
        let deep = StoredTensor([1] as [Float], shape: [Int](repeating: 1, count: 65))
        #expect(problem { try NPYFile.write(deep, to: folder.file("x.npy")) }?.isUnwritable == true)
        #expect(problem { try NPZFile.write(["x": deep], to: folder.file("x.npz")) }?.isUnwritable == true)
        let name = String(repeating: "n", count: 70_000)
        let tensor = StoredTensor([1] as [Float])
        #expect(problem { try NPZFile.write([name: tensor], to: folder.file("x.npz")) }?.isUnwritable == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
}
