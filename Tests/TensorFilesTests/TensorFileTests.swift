import Foundation
import Testing

@testable import TensorFiles

@Suite("Files of any format")
struct TensorFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a file is opened by its contents, whatever it is called")
    func byContents() throws {
        let tensor = StoredTensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        var urls: [String: URL] = [:]
        for name in ["safetensors", "npz", "npy", "hdf5"] { urls[name] = folder.file("\(name).bin") }
        try SafetensorsFile.write(["features": tensor], metadata: ["model": "clip"], to: urls["safetensors"]!)
        try NPZFile.write(["features": tensor], to: urls["npz"]!)
        try NPYFile.write(tensor, to: urls["npy"]!)
        try HDF5File.write(["features": tensor], to: urls["hdf5"]!)
        for (name, url) in urls {
            let file = try TensorFile.open(url)
            let key = name == "npy" ? "" : "features"
            #expect(try file.names() == [key])
            #expect(try file.tensor(named: key) == tensor)
            let summary = try file.summary()
            #expect(summary.arrays == [.init(name: key, dtype: .float32, shape: [2, 3], bytes: 24, problem: nil)])
            #expect(summary.bytes == 24)
            #expect(summary.description.contains("float32  2×3  24 B"))
        }
        let summary = try TensorFile.open(urls["safetensors"]!).summary()
        #expect(summary.metadata == [.init(key: "model", value: "clip")])
    }

    @Test("a checkpoint's summary shows its tensors and its plain values")
    func checkpointSummary() throws {
        let url = try folder.checkpoint([0, 0, 128, 63]) { maker in
            maker.opcode("}")
            maker.opcode("(")
            maker.string("model")
            maker.opcode("}")
            maker.string("w")
            maker.tensor(count: 1, shape: [1, 1], strides: [1, 1])
            maker.opcode("s")
            maker.string("opt")
            maker.global("argparse", "Namespace")
            maker.opcode(")")
            maker.opcode("\u{81}")
            maker.opcode("}")
            maker.string("sizes")
            maker.tuple([1, 2])
            maker.opcode("s")
            maker.opcode("b")
            maker.opcode("u")
        }
        let summary = try TensorFile.open(url).summary()
        #expect(summary.arrays.map(\.name) == ["model.w"])
        #expect(
            summary.metadata == [
                .init(key: "opt", value: "argparse.Namespace"), .init(key: "opt.sizes", value: "[1, 2]"),
            ])
        let file = try TensorFile.open(url)
        #expect(try file.tensor(named: "model.w").floats() == [1])
        #expect(problem { _ = try file.tensor(named: "w") } == .noSuchArray("w", available: ["model.w"]))
        let json = try JSONEncoder().encode(summary)
        #expect(try JSONDecoder().decode(TensorFileSummary.self, from: json) == summary)
    }

    @Test("an array that cannot be read is listed with the reason")
    func unreadableArray() throws {
        let text = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
        let npy = NPYHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + [0]
        let url = try folder.zip([("a.npy", npy)], to: "x.npz")
        let summary = try TensorFile.open(url).summary()
        #expect(summary.arrays[0].dtype == nil)
        #expect(summary.arrays[0].problem?.contains("Python objects") == true)
        #expect(summary.description.contains("Python objects"))
    }

    @Test("what is no array file is called by its name")
    func otherFiles() throws {
        func found(_ bytes: [UInt8]) throws -> String {
            let url = try folder.write(bytes, to: "features.npz")
            let error = #expect(throws: TensorFileError.self) { try TensorFile.open(url) }
            return error?.description ?? ""
        }
        #expect(try found([]).contains("is empty"))
        #expect(try found(Array("<!DOCTYPE html><html><body>404".utf8)).contains("web page"))
        #expect(try found(Array("\u{feff}  <HTML>".utf8)).contains("web page"))
        #expect(try found(Array("<?xml version='1.0'?><Error>".utf8)).contains("web page"))
        #expect(try found([0x1f, 0x8b, 8, 0, 0, 0]).contains("gunzip"))
        #expect(try found([UInt8](repeating: 0, count: 257) + Array("ustar".utf8) + [0, 0, 0]).contains("tar -xf"))
        #expect(try found(Array("version https://git-lfs.github.com/spec/v1".utf8)).contains("git lfs pull"))
        #expect(try found([1, 2, 3]).contains("no array file"))
        #expect(try found([0x50, 0x4b, 3, 4]).contains("cut"))
        #expect(problem { _ = try TensorFile.open(folder.file("none")) } == .notFound)
    }

    @Test("an empty npz opens with no arrays")
    func emptyArchive() throws {
        try NPZFile.write([:], to: folder.file("x.npz"))
        #expect(try TensorFile.open(folder.file("x.npz")).names().isEmpty)
    }

    @Test("names and values that would drive a terminal, and endless ones, are tamed in text")
    func tamed() throws {
        let url = folder.file("x.safetensors")
        let long = String(repeating: "x", count: 5000)
        try SafetensorsFile.write(
            ["a\u{1b}[2J": StoredTensor([1] as [Float])], metadata: ["k\u{7}": long], to: url)
        let summary = try TensorFile.open(url).summary()
        #expect(summary.arrays[0].name == "a\u{1b}[2J")
        #expect(summary.metadata[0].value == long)
        #expect(!summary.description.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{7}" })
        #expect(summary.description.count < 1000)
        let error = #expect(throws: TensorFileError.self) { try TensorFile.open(url).tensor(named: "\u{1b}") }
        #expect(error?.description.unicodeScalars.contains("\u{1b}") == false)
    }

    @Test("a long list of plain values is one line")
    func longList() throws {
        let pickle = PickleMaker.make { maker in
            maker.opcode("}")
            maker.string("ids")
            maker.opcode("(")
            for value in 0..<1000 { maker.integer(value) }
            maker.opcode("l")
            maker.opcode("s")
        }
        let metadata = try TensorFile.open(folder.write(pickle, to: "x.pkl")).summary().metadata
        #expect(metadata.map(\.key) == ["ids"])
        #expect(metadata[0].value.hasPrefix("[0, 1, 2, "))
        #expect(metadata[0].value.hasSuffix("14, 15, … 1000 values]"))
    }
}
