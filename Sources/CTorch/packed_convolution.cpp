// Convolution, addition and ReLU in one pass over channels-last memory, by oneDNN's fused kernels.
//
// oneDNN wants a weight in an order that depends on the sizes; ct_pack_convolution brings it there once instead of at every call.
// The operators have no C++ header of their own, so they are looked up by name.
#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/mkldnn_reorder_conv2d_weight.h>
#include <ATen/ops/mkldnn_reorder_conv3d_weight.h>
#include <ATen/ops/relu.h>

#include "bridge.h"

using namespace ctorch;

namespace {

/// B×spatial×C as a view of B×C×spatial.
at::Tensor channelsSecond(const at::Tensor& x) {
    const auto rank = x.dim();
    return x.movedim(rank - 1, 1);
}

at::Tensor channelsLast(const at::Tensor& x) { return x.movedim(1, x.dim() - 1); }

bool isPackable(const at::Tensor& weight) {
    return weight.device().is_cpu() && weight.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn() &&
           at::Context::hasMKLDNN();
}

at::Tensor call(const char* name, const char* overload, std::vector<c10::IValue> stack) {
    auto op = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    op.callBoxed(&stack);
    return stack.front().toTensor();
}

c10::impl::GenericList noScalars() { return c10::impl::GenericList(c10::OptionalType::create(c10::NumberType::get())); }

}  // namespace

extern "C" {

CTStatus ct_pack_convolution(CTTensor weight, CTInts stride, CTInts padding, CTInts input, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        const auto& w = weight->tensor;
        TORCH_CHECK(stride.count == 2 || stride.count == 3, "packed convolution has 2 or 3 dimensions");
        if (!isPackable(w)) return w;
        const std::vector<int64_t> ones(stride.count, 1);
        // The sizes come as B×spatial×C here and as B×C×spatial there.
        std::vector<int64_t> sizes(input.values, input.values + input.count);
        sizes.insert(sizes.begin() + 1, sizes.back());
        sizes.pop_back();
        if (stride.count == 2) {
            return at::mkldnn_reorder_conv2d_weight(w.to_mkldnn(), ints(padding), ints(stride), ones, 1, sizes);
        }
        return at::mkldnn_reorder_conv3d_weight(w.to_mkldnn(), ints(padding), ints(stride), ones, 1, sizes);
    });
}

CTStatus ct_packed_convolution(
    CTTensor x, CTTensor weight, CTTensor bias, CTTensor addend, CTInts stride, CTInts padding, bool rectified,
    CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        const auto input = channelsSecond(x->tensor);
        const auto &w = weight->tensor, &b = bias->tensor;
        const std::vector<int64_t> ones(stride.count, 1);
        if (!w.is_mkldnn()) {
            auto y = stride.count == 2 ? at::conv2d(input, w, b, ints(stride), ints(padding), ones)
                                       : at::conv3d(input, w, b, ints(stride), ints(padding), ones);
            if (addend) y = y.add_(channelsSecond(addend->tensor));
            if (rectified) y = y.relu_();
            return channelsLast(y).contiguous();
        }
        const std::string activation = rectified ? "relu" : "none";
        const c10::IValue none;
        if (!addend) {
            return channelsLast(call(
                "mkldnn::_convolution_pointwise", "",
                {input, w, b, ints(padding), ints(stride), at::IntArrayRef(ones), int64_t(1), activation, noScalars(),
                 none}))
                .contiguous();
        }
        auto sum = channelsSecond(addend->tensor);
        call(
            "mkldnn::_convolution_pointwise_", "binary",
            {sum, input, w, b, ints(padding), ints(stride), at::IntArrayRef(ones), int64_t(1), std::string("add"), none,
             rectified ? c10::IValue(activation) : none, noScalars(), none});
        return addend->tensor;
    });
}

}  // extern "C"
