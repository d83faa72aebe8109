// New tensors, their properties, their bytes.
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>

#include <cstring>

#include "bridge.h"

using namespace ctorch;

extern "C" {

CTStatus ct_empty(CTInts shape, CTDType dtype, CTDevice device, CTTensor* out) {
    return produce(out, [&] { return at::empty(ints(shape), options(dtype, device)); });
}

CTStatus ct_full(CTInts shape, double value, CTDType dtype, CTDevice device, CTTensor* out) {
    return produce(out, [&] { return at::full(ints(shape), value, options(dtype, device)); });
}

CTStatus ct_arange(double start, double end, double step, CTDType dtype, CTDevice device, CTTensor* out) {
    return produce(out, [&] { return at::arange(start, end, step, options(dtype, device)); });
}

CTStatus ct_linspace(double start, double end, int64_t steps, CTDType dtype, CTDevice device, CTTensor* out) {
    return produce(out, [&] { return at::linspace(start, end, steps, options(dtype, device)); });
}

CTStatus ct_eye(int64_t n, CTDType dtype, CTDevice device, CTTensor* out) {
    return produce(out, [&] { return at::eye(n, options(dtype, device)); });
}

CTStatus ct_from_bytes(const void* data, CTInts shape, CTDType dtype, CTTensor* out) {
    return produce(out, [&] {
        auto tensor = at::empty(ints(shape), options(dtype, -1));
        if (tensor.nbytes() > 0) std::memcpy(tensor.mutable_data_ptr(), data, tensor.nbytes());
        return tensor;
    });
}

CTStatus ct_from_borrowed_bytes(
    void* data, CTInts shape, CTDType dtype, void (*release)(void*), void* context, CTTensor* out) {
    return produce(out, [&] {
        return at::from_blob(data, ints(shape), [release, context](void*) { release(context); }, options(dtype, -1));
    });
}

CTStatus ct_copy_bytes(CTTensor tensor, void* data, int64_t bytes) {
    return guarded([&] {
        const auto source = tensor->tensor.detach().cpu().contiguous();
        TORCH_CHECK(static_cast<int64_t>(source.nbytes()) == bytes, "expected ", source.nbytes(), " bytes, room for ", bytes);
        if (bytes > 0) std::memcpy(data, source.const_data_ptr(), bytes);
    });
}

CTStatus ct_data_pointer(CTTensor tensor, void** out) {
    return guarded([&] { *out = tensor->tensor.data_ptr(); });
}

CTStatus ct_rank(CTTensor tensor, int32_t* out) {
    return guarded([&] { *out = static_cast<int32_t>(tensor->tensor.dim()); });
}

CTStatus ct_shape(CTTensor tensor, int64_t* sizes, int64_t* strides) {
    return guarded([&] {
        const auto& t = tensor->tensor;
        std::copy(t.sizes().begin(), t.sizes().end(), sizes);
        std::copy(t.strides().begin(), t.strides().end(), strides);
    });
}

CTStatus ct_dtype(CTTensor tensor, CTDType* out) {
    return guarded([&] { *out = static_cast<CTDType>(tensor->tensor.scalar_type()); });
}

CTStatus ct_device(CTTensor tensor, CTDevice* out) {
    return guarded([&] {
        const auto device = tensor->tensor.device();
        *out = device.is_cpu() ? -1 : (device.has_index() ? device.index() : 0);
    });
}

CTStatus ct_is_contiguous(CTTensor tensor, bool* out) {
    return guarded([&] { *out = tensor->tensor.is_contiguous(); });
}

CTStatus ct_convert(CTTensor tensor, CTDType dtype, CTDevice index, CTTensor* out) {
    return produce(out, [&] { return tensor->tensor.to(device(index), scalarType(dtype)); });
}

CTStatus ct_contiguous(CTTensor tensor, CTTensor* out) {
    return produce(out, [&] { return tensor->tensor.contiguous(); });
}

CTStatus ct_clone(CTTensor tensor, CTTensor* out) {
    return produce(out, [&] { return tensor->tensor.clone(); });
}

CTStatus ct_scalar(CTTensor tensor, double* out) {
    return guarded([&] { *out = tensor->tensor.item().toDouble(); });
}

CTStatus ct_integer(CTTensor tensor, int64_t* out) {
    return guarded([&] { *out = tensor->tensor.item().toLong(); });
}

}  // extern "C"
