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

    /// Files of h5py's, deflated: `v` is 8 bytes of /etc/passwd, and a virtual data set of a file that is not there.
    private static let elsewhere = [
        (
            size: 1456,
            "6/RwcePlkuJiAAEODgYWBgEGZPAfCjawovJh8glQmhFKd0DpFUwwcUawnARUXBBqPrq6kCBXV5Dq/2gAZk8GC4TmYBgFIxF4uDoG"
                + "gOgIKB+WSk8woaorQ0uPHhTay8jABjGLEcaHpGRGRkaU9AijmYEuY4S6D1kFK5AG8ZmYmMDC7AwaYD4jNI8Y4EjfCPMh9jIzwnIG"
                + "usoEusaDBFo4B7CgqtNPLUnWL0gsLi5PAfOD/fxdQP6EuVqBeTRNkwMA"
        ),
        (
            size: 6144,
            "6/RwcePlkuJi5uBggIH/UMAgAeEbQMUdOzvZ/T1cgpgYKpiEkBXCABcTAyMDAxsPA5BiLNsMM8+DgWqgrUTtDtgJivYb2LORMQMj"
                + "owgDAxMjIyMLVC2MZhZhYBRUkIfyFRjEORjE64EsVqBrmbk5+IAqmRmgvmcEEVsYhiQ4ZXjyPsMoGAWjYBSMglFADHB39vcBV3oC"
                + "SBUgEPjAFMAE9EtyC/Tz8vNS9TJMGRIZmJGkQIAJiS8AZcP4ILV13+seINs7gX807EfBKBgFo2AUjIJRMApGwSgYBaNgFIwCegEA"
        ),
    ]

    @Test("elements that lie in other files are not read", arguments: 0..<2)
    func otherFiles(number: Int) throws {
        let (size, text) = Self.elsewhere[number]
        let packed = ByteSlice(ByteStorage([UInt8](try #require(Data(base64Encoded: text)))))
        let bytes = try Deflate.inflate(packed, size: size, FilePlace(file: "x"))
        let file = try HDF5File(contentsOf: folder.write([UInt8](bytes.data), to: "x.h5"))
        #expect(try file.names() == ["v"])
        #expect(problem { _ = try file.tensor(named: "v") }?.isUnsupported == true)
    }
}
