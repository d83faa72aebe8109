import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite("HDF5 files")
struct HDF5Tests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("every type, shape and group path survives")
    func roundTrip() throws {
        var all = oneOfEach()
        all["brain"] = StoredTensor(dtype: .bfloat16, shape: [2], storage: ByteStorage([0x80, 0x3f, 0x00, 0xc0]))
        all["group/sub/v_-x.mp4"] = StoredTensor([1, 2] as [Float16], shape: [1, 2])
        let url = folder.file("x.h5")
        try HDF5File.write(all, to: url)
        let file = try HDF5File(contentsOf: url)
        #expect(try file.names() == all.names.sorted())
        for (name, tensor) in all { #expect(try file.tensor(named: name) == tensor, "\(name)") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["x.h5"])
    }

    @Test("a missing name lists the names that there are")
    func missingName() throws {
        let url = folder.file("x.h5")
        try HDF5File.write(["a": StoredTensor([1] as [Float]), "g/b": StoredTensor([1] as [Float])], to: url)
        let file = try HDF5File(contentsOf: url)
        for name in ["c", "g", "", "a/b", "a\0"] {
            #expect(problem { _ = try file.tensor(named: name) } == .noSuchArray(name, available: ["a", "g/b"]))
        }
        #expect(try file.tensor(named: "a").floats() == [1])
    }

    @Test("many threads read one file")
    func threads() async throws {
        var all = OrderedTensors()
        for index in 0..<20 { all["v\(index)"] = StoredTensor([Float](repeating: Float(index), count: 100)) }
        let url = folder.file("x.h5")
        try HDF5File.write(all, to: url)
        let file = try HDF5File(contentsOf: url)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in all.names {
                let expected = all[name]!
                group.addTask {
                    let found = try file.tensor(named: name)
                    #expect(found == expected)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("other files, cut files and missing ones are refused in words")
    func refused() throws {
        #expect(problem { _ = try HDF5File(contentsOf: folder.file("none")) } == .notFound)
        let html = try folder.write(Array("<html></html>".utf8), to: "x.h5")
        #expect(problem { _ = try HDF5File(contentsOf: html) } == .webPage)
        let url = folder.file("y.h5")
        try HDF5File.write(["a": StoredTensor([Float](repeating: 1, count: 5000))], to: url)
        let cut = try folder.write(Array(bytes(of: url).prefix(8000)), to: "z.h5")
        let error = #expect(throws: TensorFileError.self) { try HDF5File(contentsOf: cut) }
        #expect(error?.problem.isDamage == true)
        #expect(error?.description.contains("truncated") == true, "\(String(describing: error))")
        #expect(problem { try HDF5File.write([:], to: folder.file("no/such/x.h5")) }?.isUnwritable == true)
    }

    @Test(
        "a MATLAB file, which is HDF5 behind a user block, opens",
        .enabled(if: SharedMaterial.data.map { FileManager.default.fileExists(atPath: $0.path + "/tvsum") } == true))
    func matlab() throws {
        let url = try #require(SharedMaterial.data).appendingPathComponent("tvsum/ydata-tvsum50.mat")
        let file = try HDF5File(contentsOf: url)
        let names = try file.names()
        #expect(names.count > 50)
        let arrays = names.compactMap { try? file.tensor(named: $0) }
        // 50 videos have 20 annotators' scores a frame.
        #expect(arrays.filter { $0.shape.count == 2 && $0.shape[0] == 20 && $0.shape[1] > 100 }.count == 50)
    }
}
