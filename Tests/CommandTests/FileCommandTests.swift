import ArgumentParser
import Foundation
import TensorFiles
import Testing

@testable import moments_libtorch

@Suite("inspect and convert")
struct FileCommandTests {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func exitCode(_ command: any ParsableCommand) -> Int32? {
        var command = command
        do {
            try command.run()
            return nil
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return -1
        }
    }

    /// A legacy checkpoint without tensors: magic number, version, machine, an empty dictionary, no storages.
    private static let emptyCheckpoint: [UInt8] =
        [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
        + [0x80, 2, 0x4d, 0xe9, 3, 0x2e] + [0x80, 2, 0x7d, 0x2e] + [0x80, 2, 0x7d, 0x2e] + [0x80, 2, 0x5d, 0x2e]

    @Test("arrays of any file become safetensors")
    func convertsArrays() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let tensor = StoredTensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        try NPZFile.write(["features": tensor], to: URL(fileURLWithPath: path("x.npz")))
        try ConvertCommand.parse([path("x.npz"), "--to", path("x.safetensors")]).run()
        let file = try SafetensorsFile(contentsOf: URL(fileURLWithPath: path("x.safetensors")))
        #expect(try file.tensor(named: "features") == tensor)
        #expect(file.metadata == ["format": "pt"])
        #expect(exitCode(try InspectCommand.parse([path("x.safetensors")])) == nil)
        #expect(exitCode(try InspectCommand.parse([path("x.npz"), "--json"])) == nil)
    }

    @Test("trouble with a file ends with the exit code of its kind")
    func exitCodes() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("<html>".utf8).write(to: URL(fileURLWithPath: path("page.npz")))
        try Data(Self.emptyCheckpoint).write(to: URL(fileURLWithPath: path("empty.pth")))
        try NPZFile.write(["x": StoredTensor([1] as [Float])], to: URL(fileURLWithPath: path("x.npz")))
        #expect(exitCode(try InspectCommand.parse([path("none.npz")])) == 66)
        #expect(exitCode(try InspectCommand.parse([folder.path])) == 66)
        #expect(exitCode(try InspectCommand.parse([path("page.npz")])) == 65)
        #expect(exitCode(try InspectCommand.parse([path("empty.pth")])) == nil)
        #expect(exitCode(try ConvertCommand.parse([path("empty.pth"), "--to", path("y.safetensors")])) == 65)
        #expect(
            exitCode(try ConvertCommand.parse([path("empty.pth"), "--to", path("y.safetensors"), "--key", "a/b"])) == 65
        )
        #expect(exitCode(try ConvertCommand.parse([path("x.npz"), "--to", path("no/y.safetensors")])) == 73)
        #expect(!FileManager.default.fileExists(atPath: path("y.safetensors")))
    }

    @Test("options that make no sense are usage errors")
    func usage() throws {
        #expect(throws: (any Error).self) { try ConvertCommand.parse(["x.pt", "--to", "x.npz"]) }
        #expect(throws: (any Error).self) {
            try ConvertCommand.parse(["x.pt", "--to", "x.safetensors", "--key", "a", "--all"])
        }
    }
}
