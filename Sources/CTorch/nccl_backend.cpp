// NCCL, by which GPUs exchange tensors without main memory: c10d's own, where libtorch has it and its headers are at hand.
#include <torch/csrc/distributed/c10d/Store.hpp>

#if __has_include(<nccl.h>) && __has_include(<cusolverDn.h>) && __has_include(<nv/target>) && \
    __has_include(<c10/cuda/impl/cuda_cmake_macros.h>)
#define CTORCH_HAS_NCCL 1
// What the library was built with, which decides whether the header has anything in it.
#define USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>
#include <cstring>

#include "process_group.h"

using namespace ctorch;

#ifdef CTORCH_HAS_NCCL

c10::intrusive_ptr<c10d::Backend> ctorch::makeNCCL(
    c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size, std::chrono::milliseconds limit) {
    // c10d would end the process by a signal where another one is lost. Whoever waits looks by himself, and gets an error.
    setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*overwrite=*/0);
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = limit;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(
        std::move(store), static_cast<int>(rank), static_cast<int>(size), std::move(options));
}

extern "C" {

bool ct_has_nccl(void) { return at::hasCUDA(); }

CTStatus ct_gpu_identity(CTDevice device, uint8_t* out) {
    return guarded([&] {
        TORCH_CHECK(at::hasCUDA(), "there is no GPU");
        const auto& identity = at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(device))->uuid;
        std::memcpy(out, identity.bytes, 16);
    });
}

}  // extern "C"

#else

c10::intrusive_ptr<c10d::Backend> ctorch::makeNCCL(
    c10::intrusive_ptr<c10d::Store>, int64_t, int64_t, std::chrono::milliseconds) {
    TORCH_CHECK(false, "this build has no NCCL");
}

extern "C" {

bool ct_has_nccl(void) { return false; }

CTStatus ct_gpu_identity(CTDevice, uint8_t*) {
    return guarded([] { TORCH_CHECK(false, "this build has no NCCL, and asks no GPU who it is"); });
}

}  // extern "C"

#endif
