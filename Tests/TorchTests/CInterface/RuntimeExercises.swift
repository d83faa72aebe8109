import CTorch
import Foundation
import Synchronization
import Testing
import Torch

/// runtime.cpp.
let runtimeExercises: [String: Exercise] = [
    "ct_last_error": {
        let x = Tensor.ones([2])
        var out: CTTensor?
        withExtendedLifetime(x) {
            // A device that no machine has.
            #expect(ct_empty(CTInts(values: nil, count: 0), CTFloat32, 120, &out) == 1)
        }
        #expect(out == nil)
        #expect(!String(cString: ct_last_error()).isEmpty)
    },
    "ct_version": { #expect(Libtorch.version.split(separator: ".").count == 3) },
    "ct_build_configuration": { #expect(Libtorch.buildConfiguration.contains("PyTorch built with")) },
    "ct_cpu_capability": { #expect(!Libtorch.cpuCapability.isEmpty) },
    "ct_thread_count": { #expect(Libtorch.threadCount >= 1) },
    "ct_set_thread_count": {
        let before = Libtorch.threadCount
        Libtorch.setThreadCount(1)
        #expect(Libtorch.threadCount == 1)
        Libtorch.setThreadCount(before)
        #expect(Libtorch.threadCount == before)
    },
    "ct_cuda_device_count": { #expect(Device.best == (Device.gpus.isEmpty ? .cpu : .cuda(0))) },
    "ct_synchronize": {
        Device.cpu.synchronize()
        if Device.gpus.isEmpty { #expect(ct_synchronize(0) == 1) }
    },
    "ct_use_own_stream": {
        Device.cpu.useOwnQueue()
        if Device.gpus.isEmpty { #expect(ct_use_own_stream(0) == 1) }
    },
    "ct_live_handles": {
        let tensors = (0..<100).map { _ in Tensor.ones([1]) }
        #expect(Libtorch.liveTensors >= tensors.count)
    },
    "ct_free": {
        // The memory is lent; its release shows that the tensor is gone.
        nonisolated(unsafe) var freed = false
        final class Owner {
            let end: () -> Void
            init(_ end: @escaping () -> Void) { self.end = end }
            deinit { end() }
        }
        let bytes: [UInt8] = [1, 2]
        bytes.withUnsafeBytes { bytes in
            let tensor = Tensor(borrowing: bytes, owner: Owner { freed = true }, shape: [2], dtype: .uint8)
            #expect(!freed && tensor.ints() == [1, 2])
        }
        #expect(freed)
    },
    "ct_gradient_enabled": {
        let x = Tensor.ones([2]).requiringGradient()
        #expect((x * 2).requiresGradient)
        withoutGradient { withGradient { #expect((x * 2).requiresGradient) } }
    },
    "ct_set_gradient_enabled": {
        let x = Tensor.ones([2]).requiringGradient()
        withoutGradient { #expect(!(x * 2).requiresGradient) }
        #expect((x * 2).requiresGradient)
    },
    "ct_autocast": {
        withMixedPrecision(.bfloat16) {
            withMixedPrecision(.float16) {}
            // The inner scope left the outer one as it was.
            #expect(Tensor.ones([2, 2]).matmul(.ones([2, 2])).dtype == .bfloat16)
        }
    },
    "ct_set_autocast": {
        withMixedPrecision { #expect(Tensor.ones([2, 2]).matmul(.ones([2, 2])).dtype == .bfloat16) }
        #expect(Tensor.ones([2, 2]).matmul(.ones([2, 2])).dtype == .float32)
    },
    "ct_set_deterministic": switchDeterministicMode,
    "ct_is_deterministic": switchDeterministicMode,
    "ct_set_tensor_float_32": {
        // A processor keeps all bits: 1 + 2⁻²⁰ would lose its last one with 10 of them.
        let product = Tensor.full([4, 4], 1 + 0x1p-20)
        Libtorch.setTensorFloat32(true)
        let allowed = product.matmul(.identity(4)).floats()
        Libtorch.setTensorFloat32(false)
        #expect(allowed == product.floats() && allowed == product.matmul(.identity(4)).floats())
    },
]

/// The mode is the process's: only one at a time may switch it.
private let deterministicMode = Mutex(())

@Sendable private func switchDeterministicMode() {
    deterministicMode.withLock { _ in
        Libtorch.setDeterministic(true)
        #expect(Libtorch.isDeterministic)
        Libtorch.setDeterministic(false)
        #expect(!Libtorch.isDeterministic)
    }
}
