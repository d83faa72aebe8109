import Foundation
import Testing

@testable import TensorFiles

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    func write(_ bytes: [UInt8], to name: String) throws -> URL {
        let file = file(name)
        try Data(bytes).write(to: file)
        return file
    }
}

/// The problem that `body` throws.
func problem(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> TensorFileError.Problem? {
    let error = #expect(throws: TensorFileError.self, sourceLocation: sourceLocation, performing: body)
    return error?.problem
}

extension TensorFileError.Problem {
    var isDamage: Bool { if case .damaged = self { true } else { false } }
    var isUnsupported: Bool { if case .unsupported = self { true } else { false } }
    var isTooLarge: Bool { if case .tooLarge = self { true } else { false } }
    var isWrongFormat: Bool { if case .wrongFormat = self { true } else { false } }
    var isUnreadable: Bool { if case .unreadable = self { true } else { false } }
    var isUnwritable: Bool { if case .unwritable = self { true } else { false } }
}

func bytes(of url: URL) throws -> [UInt8] { try [UInt8](Data(contentsOf: url)) }

/// One array of every type, with the values where rounding and sign go wrong, and every number of dimensions.
func oneOfEach() -> OrderedTensors {
    var all = OrderedTensors()
    all["half"] = StoredTensor([0, -0.0, 1, -2.5, 65504, .infinity, 6e-8, 0.333] as [Float16], shape: [2, 4])
    all["single"] = StoredTensor(
        [0.1, -1, 3e38, .leastNonzeroMagnitude, .infinity, -0.0] as [Float], shape: [1, 2, 3])
    all["double"] = StoredTensor([0.1, -1e300] as [Double])
    all["bytes"] = StoredTensor([0, 1, 255] as [UInt8])
    all["int8"] = StoredTensor([-128, 127] as [Int8])
    all["int16"] = StoredTensor([-32768, 32767] as [Int16])
    all["int32"] = StoredTensor([.min, .max] as [Int32])
    all["int64"] = StoredTensor([.min, .max, 5] as [Int64], shape: [3, 1])
    all["uint16"] = StoredTensor([0, 65535] as [UInt16])
    all["uint32"] = StoredTensor([0, .max] as [UInt32])
    all["uint64"] = StoredTensor([0, .max] as [UInt64])
    all["truth"] = StoredTensor([true, false, true])
    all["scalar"] = StoredTensor([2.5] as [Float], shape: [])
    all["nothing"] = StoredTensor([] as [Float], shape: [0, 7])
    return all
}
