// Shared by the files of CTorch: boxes, the one error rule, argument conversion. Not part of the C interface.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "ctorch.h"

struct CTTensorBox {
    at::Tensor tensor;
};

namespace ctorch {

extern thread_local std::string lastError;
extern std::atomic<int64_t> liveHandles;

inline CTTensor box(at::Tensor tensor) {
    liveHandles.fetch_add(1, std::memory_order_relaxed);
    return new CTTensorBox{std::move(tensor)};
}

/// Runs `body` so that no exception leaves C++. The message is libtorch's own, without the C++ back trace.
template <class Body>
CTStatus guarded(Body&& body) noexcept {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        lastError = error.what_without_backtrace();
    } catch (const std::exception& error) {
        lastError = error.what();
    } catch (...) {
        lastError = "libtorch threw something that is no std::exception";
    }
    return 1;
}

/// As `guarded`, for the usual case of one tensor as the result.
template <class Body>
CTStatus produce(CTTensor* out, Body&& body) noexcept {
    return guarded([&] { *out = box(body()); });
}

inline at::IntArrayRef ints(CTInts list) { return {list.values, static_cast<size_t>(list.count)}; }

inline std::optional<at::Tensor> optional(CTTensor tensor) {
    return tensor ? std::optional<at::Tensor>(tensor->tensor) : std::nullopt;
}

inline std::vector<at::Tensor> tensors(const CTTensor* list, int32_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int32_t i = 0; i < count; ++i) result.push_back(list[i]->tensor);
    return result;
}

/// The place, in the whole batch, of the first of `count` elements that hold a draw's rows.
inline int64_t firstElement(const CTDraw& draw, int64_t count) {
    if (draw.rows == 0) return 0;
    TORCH_CHECK(count % draw.rows == 0, count, " elements are not those of ", draw.rows, " rows of a batch");
    return draw.first * (count / draw.rows);
}

inline c10::ScalarType scalarType(CTDType dtype) { return static_cast<c10::ScalarType>(dtype); }

inline c10::Device device(CTDevice index) {
    return index < 0 ? c10::Device(c10::kCPU) : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

inline at::TensorOptions options(CTDType dtype, CTDevice index) {
    return at::TensorOptions().dtype(scalarType(dtype)).device(device(index));
}

}  // namespace ctorch
