import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("A file's array as a tensor")
struct StoredTensorBridgeTests {
    @Test("keeps type, shape and elements both ways", arguments: DType.allCases)
    func roundTrip(_ dtype: DType) throws {
        let tensor = Tensor([[0.0, 1, 1], [1, 0, 1]]).to(dtype)
        let stored = StoredTensor(tensor)
        #expect(stored.dtype == dtype.stored && stored.shape == [2, 3])
        let back = Tensor(stored)
        #expect(back.dtype == dtype && back.shape == [2, 3])
        #expect(back.doubles() == [0, 1, 1, 1, 0, 1])
    }

    @Test("lies where the file's bytes lie")
    func noCopy() {
        let stored = StoredTensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        let tensor = Tensor(stored)
        let address = tensor.withUnsafeMutableBytes { UnsafeRawPointer($0.baseAddress!) }
        #expect(address == stored.storage.base + stored.byteOffset)
    }

    @Test("keeps the bytes alive as long as one of its views, and no longer")
    func lifetime() {
        nonisolated(unsafe) var released = false
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 32, alignment: 8)
        memory.bindMemory(to: Double.self, capacity: 4).update(from: [1, 2, 3, 4], count: 4)
        var view: Tensor?
        do {
            let storage = ByteStorage(base: UnsafeRawPointer(memory), count: 32) { _ in released = true }
            view = Tensor(StoredTensor(dtype: .float64, shape: [2, 2], storage: storage))[1]
        }
        #expect(!released)
        #expect(view?.doubles() == [3, 4])
        view = nil
        #expect(released)
        memory.deallocate()
    }

    @Test("is copied where its address is odd")
    func unaligned() {
        let bytes: [UInt8] = [9] + withUnsafeBytes(of: (Float(1.5), Float(-2))) { Array($0) }
        let stored = StoredTensor(dtype: .float32, shape: [2], storage: ByteStorage(bytes), byteOffset: 1)
        #expect(!stored.isAligned)
        #expect(Tensor(stored).floats() == [1.5, -2])
    }

    @Test("takes any byte but 0 as true, and gives libtorch a 1")
    func truth() {
        let stored = StoredTensor(dtype: .bool, shape: [4], storage: ByteStorage([0, 1, 2, 255]))
        let tensor = Tensor(stored)
        #expect(tensor.dtype == .bool)
        #expect(tensor.to(.int64).ints() == [0, 1, 1, 1])
    }

    @Test("widens unsigned integers that libtorch does not compute with")
    func unsigned() {
        let short = Tensor(StoredTensor([0, 65535] as [UInt16]))
        #expect(short.dtype == .int32 && short.ints() == [0, 65535])
        let word = Tensor(StoredTensor([4_294_967_295] as [UInt32]))
        #expect(word.dtype == .int64 && word.ints() == [4_294_967_295])
        let long = Tensor(StoredTensor([UInt64.max]))
        #expect(long.dtype == .float64 && long.doubles() == [0x1p64])
    }

    @Test("may have no elements, or no dimensions")
    func small() {
        let empty = Tensor(StoredTensor([Float](), shape: [0, 3]))
        #expect(empty.shape == [0, 3] && empty.floats().isEmpty)
        #expect(StoredTensor(empty).shape == [0, 3])
        let scalar = Tensor(StoredTensor([Double.pi], shape: []))
        #expect(scalar.shape == [] && scalar.item() == .pi)
    }

    @Test("is written in C order whatever the strides, and cut off from later changes and gradients")
    func strided() {
        let tensor = Tensor([[1.0, 2], [3, 4], [5, 6]]).requiringGradient()
        let stored = StoredTensor(tensor.transposed())
        withoutGradient { tensor.inPlaceFill(0) }
        #expect(stored.shape == [2, 3])
        #expect(stored.doubles() == [1, 3, 5, 2, 4, 6])
    }
}

@Suite("Comparing with golden numbers")
struct MismatchTests {
    @Test("finds nothing where all agree, NaN and infinities included")
    func agreement() {
        let a = Tensor([1.0, .nan, .infinity, 0])
        #expect(mismatch(a, Tensor([1.00001, .nan, .infinity, 1e-6])) == nil)
        #expect(mismatch(Tensor(2), Tensor([2.0])) == nil)
    }

    @Test("names the worst element's place, and both numbers")
    func worst() throws {
        let found = try #require(mismatch(Tensor([[1.0, 2], [3, 5]]), Tensor([[1.0, 2.5], [3, 4]])))
        #expect(found.description.hasPrefix("2 of 4 elements differ; the worst, at [1, 1], is 5.0, expected 4.0"))
    }

    @Test(
        "takes a NaN, an infinity or a shape that is not expected as a difference",
        arguments: [(Double.nan, 1), (1, .nan), (.infinity, 1), (1, .infinity), (.infinity, -.infinity)])
    func notFinite(_ actual: Double, _ expected: Double) {
        #expect(mismatch(Tensor([0, actual]), Tensor([0, expected])) != nil)
    }

    @Test("does not broadcast")
    func shapes() {
        #expect(mismatch(.ones([2, 1]), .ones([2, 2])) != nil)
        #expect(mismatch(.ones([4]), .ones([2, 2])) != nil)
    }
}
