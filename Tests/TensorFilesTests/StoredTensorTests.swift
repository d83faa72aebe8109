import Foundation
import Testing

@testable import TensorFiles

@Suite("Stored arrays")
struct StoredTensorTests {
    @Test("every half-precision number converts exactly")
    func halves() {
        for bits in UInt16.min ... .max {
            let expected = Float(Float16(bitPattern: bits))
            let found = single(half: bits)
            if expected.isNaN {
                #expect(found.isNaN && found.sign == expected.sign)
            } else if found.bitPattern != expected.bitPattern {
                Issue.record("\(String(bits, radix: 16)): \(found) instead of \(expected)")
            }
        }
    }

    @Test("bfloat16 is the upper half of a float32")
    func brainFloats() {
        let storage = ByteStorage([0x80, 0x3f, 0x00, 0xc0, 0x80, 0x7f])
        let tensor = StoredTensor(dtype: .bfloat16, shape: [3], storage: storage)
        #expect(tensor.floats() == [1, -2, .infinity])
        #expect(tensor.doubles() == [1, -2, .infinity])
    }

    @Test("conversions agree with Swift's own for every type")
    func conversions() throws {
        let all = oneOfEach()
        #expect(all["half"]!.floats() == [0, -0.0, 1, -2.5, 65504, .infinity, 6e-8, 0.333].map { Float(Float16($0)) })
        #expect(all["double"]!.floats() == [0.1, -.infinity])
        #expect(all["double"]!.doubles() == [0.1, -1e300])
        #expect(all["single"]!.floats()[3] == .leastNonzeroMagnitude)
        #expect(all["bytes"]!.floats() == [0, 1, 255])
        #expect(try all["bytes"]!.int64s() == [0, 1, 255])
        #expect(try all["int8"]!.int64s() == [-128, 127])
        #expect(all["int8"]!.floats() == [-128, 127])
        #expect(try all["int16"]!.int64s() == [-32768, 32767])
        #expect(all["int16"]!.floats() == [-32768, 32767])
        #expect(try all["int32"]!.int64s() == [-2_147_483_648, 2_147_483_647])
        #expect(all["int32"]!.floats() == [-2_147_483_648, 2_147_483_648])
        #expect(try all["int64"]!.int64s() == [.min, .max, 5])
        #expect(all["int64"]!.floats() == [-9.223372e18, 9.223372e18, 5])
        #expect(all["uint16"]!.floats() == [0, 65535])
        #expect(all["uint32"]!.doubles() == [0, 4_294_967_295])
        #expect(all["uint32"]!.floats() == [0, 4_294_967_296])
        #expect(all["uint64"]!.floats() == [0, 1.8446744e19])
        #expect(try all["truth"]!.int64s() == [1, 0, 1])
        #expect(all["truth"]!.floats() == [1, 0, 1])
        #expect(all["scalar"]!.floats() == [2.5])
        #expect(all["nothing"]!.floats().isEmpty)
    }

    @Test("numbers that are no 64-bit integers are refused with their index")
    func inexactIntegers() {
        #expect(throws: StoredTensor.InexactConversion(index: 1)) { try StoredTensor([1, 2.5] as [Float]).int64s() }
        #expect(throws: StoredTensor.InexactConversion(index: 0)) { try StoredTensor([Double.nan]).int64s() }
        #expect(throws: StoredTensor.InexactConversion(index: 1)) { try oneOfEach()["uint64"]!.int64s() }
        #expect(throws: StoredTensor.InexactConversion(index: 0)) { try StoredTensor([1e30] as [Float]).int64s() }
    }

    @Test("an array at an odd address reads the same and is handed out aligned")
    func unaligned() {
        let values: [Float] = [1, -2, 3.5, 4]
        let bytes = [0xff] + values.withUnsafeBytes { Array($0) }
        let tensor = StoredTensor(dtype: .float32, shape: [2, 2], storage: ByteStorage(bytes), byteOffset: 1)
        #expect(!tensor.isAligned)
        #expect(tensor.floats() == values)
        #expect(tensor.aligned().isAligned)
        #expect(tensor.aligned() == tensor)
        tensor.withUnsafeBytes { #expect(Int(bitPattern: $0.baseAddress) % 4 == 0) }
        #expect(tensor.rows(1..<2).floats() == [3.5, 4])
    }

    @Test("rows are a window onto the same bytes")
    func rows() {
        let tensor = StoredTensor([0, 1, 2, 3, 4, 5] as [Int32], shape: [3, 2])
        let rows = tensor.rows(1..<3)
        #expect(rows.shape == [2, 2])
        #expect(rows.floats() == [2, 3, 4, 5])
        #expect(rows.storage === tensor.storage)
        #expect(tensor.rows(1..<1).shape == [0, 2])
        #expect(rows.reshaped([4]).floats() == [2, 3, 4, 5])
    }

    @Test("a lent memory is given back when its last array goes")
    func lentMemory() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
        memory.storeBytes(of: 1.5, as: Double.self)
        let released = Released()
        var tensor: StoredTensor? = StoredTensor(
            dtype: .float64, shape: [1],
            storage: ByteStorage(base: memory, count: 8) {
                $0.deallocate()
                released.happened = true
            })
        #expect(tensor!.doubles() == [1.5])
        #expect(!released.happened)
        tensor = nil
        #expect(released.happened)
    }

    @Test("ordered arrays keep their order and replace in place")
    func ordered() {
        var arrays: OrderedTensors = ["b": StoredTensor([1] as [Float]), "a": StoredTensor([2] as [Float])]
        arrays["b"] = StoredTensor([3] as [Float])
        #expect(arrays.names == ["b", "a"])
        #expect(arrays.map { $0.tensor.floats()[0] } == [3, 2])
        arrays["b"] = nil
        #expect(arrays.names == ["a"])
        #expect(arrays.count == 1)
    }
}

private final class Released: @unchecked Sendable {
    var happened = false
}
