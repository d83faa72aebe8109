// Errors, versions, threads, devices, handles, and the modes that belong to a thread.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/headeronly/version.h>

#include <cstdlib>

#include "bridge.h"

namespace ctorch {
thread_local std::string lastError;
std::atomic<int64_t> liveHandles{0};

static const c10::impl::DeviceGuardImplInterface* cuda() { return c10::impl::getDeviceGuardImpl(c10::kCUDA); }
}  // namespace ctorch

using namespace ctorch;

extern "C" {

const char* ct_last_error(void) { return lastError.c_str(); }

const char* ct_version(void) { return TORCH_VERSION; }

CTStatus ct_build_configuration(const char** out) {
    return guarded([&] {
        static const std::string text = at::show_config();
        *out = text.c_str();
    });
}

CTStatus ct_cpu_capability(const char** out) {
    return guarded([&] {
        static const std::string text = at::get_cpu_capability();
        *out = text.c_str();
    });
}

CTStatus ct_thread_count(int32_t* out) {
    return guarded([&] { *out = at::get_num_threads(); });
}

CTStatus ct_set_thread_count(int32_t threads) {
    return guarded([&] { at::set_num_threads(threads); });
}

CTStatus ct_cuda_device_count(int32_t* out) {
    return guarded([&] { *out = at::hasCUDA() ? cuda()->deviceCount() : 0; });
}

CTStatus ct_synchronize(CTDevice index) {
    return guarded([&] {
        if (index >= 0) cuda()->synchronizeDevice(static_cast<c10::DeviceIndex>(index));
    });
}

CTStatus ct_use_own_stream(CTDevice index) {
    return guarded([&] {
        if (index >= 0) cuda()->exchangeStream(cuda()->getStreamFromGlobalPool(device(index)));
    });
}

int64_t ct_live_handles(void) { return liveHandles.load(std::memory_order_relaxed); }

void ct_free(CTTensor tensor) {
    delete tensor;
    liveHandles.fetch_sub(1, std::memory_order_relaxed);
}

CTStatus ct_gradient_enabled(bool* out) {
    return guarded([&] { *out = c10::GradMode::is_enabled(); });
}

CTStatus ct_set_gradient_enabled(bool enabled) {
    return guarded([&] { c10::GradMode::set_enabled(enabled); });
}

CTStatus ct_autocast(bool cuda, bool* enabled, CTDType* dtype) {
    return guarded([&] {
        const auto type = cuda ? at::kCUDA : at::kCPU;
        *enabled = at::autocast::is_autocast_enabled(type);
        *dtype = static_cast<CTDType>(at::autocast::get_autocast_dtype(type));
    });
}

CTStatus ct_set_autocast(bool cuda, bool enabled, CTDType dtype) {
    return guarded([&] {
        const auto type = cuda ? at::kCUDA : at::kCPU;
        at::autocast::set_autocast_enabled(type, enabled);
        at::autocast::set_autocast_dtype(type, scalarType(dtype));
        if (!enabled) at::autocast::clear_cache();
    });
}

CTStatus ct_set_deterministic(bool enabled) {
    return guarded([&] {
        auto& context = at::globalContext();
        // cuBLAS reads it when it is first used, and gives the same sums each time only with buffers of a fixed size.
        if (enabled && at::hasCUDA()) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
        context.setDeterministicAlgorithms(enabled, /*warn_only=*/false);
        // Nothing here reads what nobody wrote; filling every new tensor costs 3 % of a training step.
        context.setDeterministicFillUninitializedMemory(false);
    });
}

CTStatus ct_set_tensor_float_32(bool allowed) {
    return guarded([&] {
        at::globalContext().setAllowTF32CuBLAS(allowed);
        at::globalContext().setAllowTF32CuDNN(allowed);
    });
}

bool ct_is_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

}  // extern "C"
