import Foundation
import Testing

@testable import TensorFiles

@Suite("safetensors files")
struct SafetensorsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("every type, shape, name and metadata survives, and arrays are windows onto the file")
    func roundTrip() throws {
        var all = oneOfEach()
        all["quote \" back\\slash\nline ü 🎬 \u{1}"] = StoredTensor([1] as [Float])
        all["brain"] = StoredTensor(dtype: .bfloat16, shape: [2], storage: ByteStorage([0x80, 0x3f, 0x00, 0xc0]))
        let metadata = ["b": "two\n", "a": "é\"", "empty": ""]
        let url = folder.file("x.safetensors")
        try SafetensorsFile.write(all, metadata: metadata, to: url)
        let file = try SafetensorsFile(contentsOf: url)
        #expect(file.metadata == metadata)
        #expect(file.names.sorted() == all.names.sorted())
        for (name, tensor) in all {
            let read = try file.tensor(named: name)
            #expect(read == tensor)
            #expect(read.isAligned)
            #expect(read.storage.count == (try bytes(of: url)).count)
        }
    }

    @Test("the bytes are those of the format's reference implementation")
    func exactBytes() throws {
        let url = folder.file("x.safetensors")
        try SafetensorsFile.write(
            ["b": StoredTensor([7] as [UInt8]), "a": StoredTensor([1, 2] as [Float])], metadata: ["k": "v"], to: url)
        let header =
            #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        let expected =
            [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 128, 63, 0, 0, 0, 64, 7]
        #expect(try bytes(of: url) == expected)
    }

    @Test("no arrays at all are a file, too")
    func empty() throws {
        try SafetensorsFile.write([:], to: folder.file("x"))
        #expect(try SafetensorsFile(contentsOf: folder.file("x")).names.isEmpty)
    }

    @Test("a second write replaces the first and leaves nothing beside it")
    func replaces() throws {
        let url = folder.file("x.safetensors")
        try SafetensorsFile.write(["a": StoredTensor([1] as [Float])], to: url)
        let old = try SafetensorsFile(contentsOf: url)
        try SafetensorsFile.write(["a": StoredTensor([2] as [Float])], to: url)
        #expect(try old.tensor(named: "a").floats() == [1], "an open file keeps its old contents")
        #expect(try SafetensorsFile(contentsOf: url).tensor(named: "a").floats() == [2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["x.safetensors"])
    }

    private func file(_ header: String, data: Int = 0) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    @Test(
        "a header that breaks the rules is damage",
        arguments: [
            ("{ ", 0), ("{}", 1), ("{} x", 0), (#"{"a":1}"#, 0), (#"{"a":{}}"#, 0),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
            (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 8),
            (#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}"#, 0),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                8
            ),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                4
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                8
            ),
            (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4),
            (#"{"__metadata__":1}"#, 0), (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":{"a":"","a":""}}"#, 0),
            (#"{"a":"\x"}"#, 0), (#"{"a":"\ud800"}"#, 0), (#"{"a":"\ud800\u0041"}"#, 0), ("{\"a\n\":1}", 0),
            (#"{"a":[1,}"#, 0), (#"{"a":truth}"#, 0), (#"{"a":+1}"#, 0), (#"{"a":"#, 0),
            ("{\"a\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}", 0),
        ])
    func wrongHeaders(header: String, data: Int) {
        let bytes = file(header, data: data)
        let found = problem { _ = try SafetensorsFile(storage: ByteStorage(bytes), file: "x") }
        #expect(found?.isDamage == true, "\(header.prefix(80)): \(String(describing: found))")
    }

    @Test("escapes and blanks in a header are JSON's")
    func escapes() throws {
        let header =
            #" {"\u0061\ud83c\udfac\/\"" : {"shape" : [ ] , "dtype" : "U8", "data_offsets" : [ 0 , 1 ], "more": [null, true, false, -1.5e3, "x"] } } "#
        // The format wants the brace first; only blanks inside are free.
        let trimmed = String(header.dropFirst())
        let read = try SafetensorsFile(storage: ByteStorage(file(trimmed, data: 1)), file: "x")
        #expect(read.names == ["a🎬/\""])
        #expect(try read.tensor(named: "a🎬/\"").shape.isEmpty)
    }

    @Test("a type that is not known is named")
    func unknownType() {
        let bytes = file(#"{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
        let error = #expect(throws: TensorFileError.self) {
            try SafetensorsFile(storage: ByteStorage(bytes), file: "x")
        }
        #expect(error?.description == "x: w: not supported: the element type F8_E4M3")
    }

    @Test("what is no safetensors file is said to be something else")
    func otherFiles() throws {
        func found(_ bytes: [UInt8]) -> TensorFileError.Problem? {
            problem { _ = try SafetensorsFile(storage: ByteStorage(bytes), file: "x") }
        }
        #expect(found([]) == .empty)
        #expect(found(Array("\n <!DOCTYPE html><html>".utf8)) == .webPage)
        #expect(found([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7b])?.isWrongFormat == true)
        #expect(found([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0])?.isWrongFormat == true)
        let pointer = found(Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".utf8))
        #expect(pointer?.isWrongFormat == true)
        #expect("\(String(describing: pointer))".contains("git lfs pull"))
    }

    @Test("a missing name lists the names that there are")
    func missingName() throws {
        try SafetensorsFile.write(["a": StoredTensor([1] as [Float])], to: folder.file("x"))
        let file = try SafetensorsFile(contentsOf: folder.file("x"))
        #expect(problem { _ = try file.tensor(named: "b") } == .noSuchArray("b", available: ["a"]))
    }

    @Test("an array cannot have the metadata's name, and the old file stays")
    func reservedName() throws {
        let url = folder.file("x")
        try SafetensorsFile.write(["a": StoredTensor([1] as [Float])], to: url)
        #expect(
            problem { try SafetensorsFile.write(["__metadata__": StoredTensor([1] as [Float])], to: url) }?.isUnwritable
                == true)
        #expect(try SafetensorsFile(contentsOf: url).names == ["a"])
    }

    @Test("an array of more dimensions than libtorch has is refused")
    func manyDimensions() {
        let shape = [String](repeating: "1", count: 65).joined(separator: ",")
        let bytes = file(#"{"a":{"dtype":"U8","shape":[\#(shape)],"data_offsets":[0,1]}}"#, data: 1)
        #expect(problem { _ = try SafetensorsFile(storage: ByteStorage(bytes), file: "x") }?.isUnsupported == true)
    }
}
