import Foundation
import Fuzzing

@testable import TensorFiles

private let place = FilePlace(file: "input")
private let scratch = InputFile("tensors")
private let arrays: OrderedTensors = [
    "features": StoredTensor((0..<6).map { Float($0) }, shape: [3, 2]),
    "half": StoredTensor([Float16(1), 2], shape: [2]), "ids": StoredTensor([Int64(7)], shape: []),
]

/// What a format's own writer makes.
private func written(_ write: (URL) throws -> Void) throws -> [UInt8] {
    defer { unlink(scratch.url.path) }
    try write(scratch.url)
    return [UInt8](try Data(contentsOf: scratch.url))
}

/// Everything that can be asked of arrays in a file.
private func readAll(_ file: TensorFile) throws {
    for name in try file.names() { _ = try file.tensor(named: name).floats() }
    _ = try file.summary().description
}

let tensorTargets = [
    FuzzTarget("pickle") {
        [statePickle, [0x80, 4] + Array("}\u{94}(\u{8c}\u{1}aK\u{1}u.".unicodeScalars.map { UInt8($0.value) })]
    } read: {
        _ = try PickleMachine.read(ByteSlice(ByteStorage($0)), place)
        try readAll(.open(ByteStorage($0), place))
    },
    FuzzTarget("zip") {
        try [
            written { try NPZFile.write(arrays, to: $0) },
            written { try NPZFile.write(arrays, to: $0, deflated: true) },
            checkpoint(),
        ]
    } read: { bytes in
        // Without checksums the damage gets through to the parsers behind them.
        let archive = try ZipArchive(ByteSlice(ByteStorage(bytes)), place, verifyChecksums: false)
        _ = try? NPZFile(archive).all()
        guard TorchArchive.pickleName(in: archive) != nil else { return }
        for (_, tensor) in try TorchArchive(archive).stateDictionary() { _ = tensor.floats() }
    },
    FuzzTarget("npy") {
        try [written { try NPYFile.write(arrays["features"]!, to: $0) }]
    } read: {
        try readAll(.open(ByteStorage($0), place))
    },
    FuzzTarget("safetensors") {
        try [written { try SafetensorsFile.write(arrays, metadata: ["key": "value"], to: $0) }]
    } read: {
        let file = try SafetensorsFile(storage: ByteStorage($0), file: "input")
        for name in file.names { _ = try file.tensor(named: name).floats() }
    },
    FuzzTarget("hdf5") {
        try [written { try HDF5File.write(arrays, to: $0) }]
    } read: { bytes in
        try scratch.with(bytes) { url in
            let file = try HDF5File(contentsOf: url)
            for name in try file.names() { _ = try file.tensor(named: name) }
        }
    },
]

/// A state dictionary of one matrix, as PyTorch pickles it.
private let statePickle: [UInt8] = {
    func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    func text(_ text: String) -> [UInt8] { Array("X".utf8) + [UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8) }
    func small(_ number: UInt8) -> [UInt8] { Array("K".utf8) + [number] }
    func tuple(_ parts: [UInt8]...) -> [UInt8] { Array("(".utf8) + parts.joined() + Array("t".utf8) }
    let dictionary = global("collections", "OrderedDict") + Array(")R".utf8)
    let storage =
        tuple(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), small(4)) + Array("Q".utf8)
    let tensor =
        global("torch._utils", "_rebuild_tensor_v2")
        + tuple(
            storage, small(0), tuple(small(2), small(2)), tuple(small(2), small(1)), [0x89], dictionary)
        + Array("R".utf8)
    return [0x80, 2] + dictionary + Array("(".utf8) + text("weight") + tensor + Array("u.".utf8)
}()

/// The same in an archive, as `torch.save` writes it.
private func checkpoint() throws -> [UInt8] {
    try written { url in
        try AtomicFile.write(to: url) { file in
            var writer = ZipWriter()
            for (name, bytes) in [
                ("archive/data.pkl", statePickle), ("archive/data/0", [UInt8](repeating: 1, count: 16)),
                ("archive/version", Array("3\n".utf8)),
            ] {
                try bytes.withUnsafeBytes {
                    try writer.append(named: name, header: [], data: $0, deflated: false, to: file)
                }
            }
            try writer.finish(to: file)
        }
    }
}
