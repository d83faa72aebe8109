// Linear, ReLU and dropout with one pass over the product: bias, threshold and mask at once, in place.
#include <ATen/autocast_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "bridge.h"
#include "kernels.h"
#include "philox.h"

using namespace ctorch;

namespace {

constexpr int64_t step = philox::batch;
/// Elements a thread takes at once.
constexpr int64_t grain = 1 << 15;

/// The numbers of a stream belong to the elements as in a dropout by itself, so the masks are the same. The first element is
/// the stream's element `first`, a multiple of `step` as whole rows are.
CTORCH_VECTORISED void finish(
    float* y, const float* bias, int64_t begin, int64_t end, int64_t width, uint32_t threshold, float scale,
    uint64_t seed, uint64_t stream, int64_t first) {
    uint32_t words[step];
    float factors[step];
    for (int i = 0; i < step; ++i) factors[i] = scale;
    for (int64_t at = begin; at < end; at += step) {
        if (threshold != 0) {
            philox::fill(seed, stream, static_cast<uint64_t>((first + at) / step), words);
            for (int i = 0; i < step; ++i) factors[i] = words[i] >= threshold ? scale : 0.0f;
        }
        const float* b = bias + at % width;
        for (int i = 0; i < step; ++i) {
            const float value = y[at + i] + b[i];
            // In this order NaN stays NaN.
            y[at + i] = (value < 0.0f ? 0.0f : value) * factors[i];
        }
    }
}

/// What is above zero was neither cut nor dropped.
CTORCH_VECTORISED void undo(const float* y, const float* g, float* out, int64_t begin, int64_t end, float scale) {
    for (int64_t i = begin; i < end; ++i) out[i] = y[i] > 0.0f ? g[i] * scale : 0.0f;
}

struct RectifiedLinear : torch::autograd::Function<RectifiedLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
        double rate, int64_t seed, int64_t stream, int64_t first) {
        auto y = at::mm(x.reshape({-1, x.size(-1)}), weight.t());
        const int64_t width = weight.size(0);
        const auto threshold = static_cast<uint32_t>(std::min(rate * 0x1p32, 0x1p32 - 1));
        const float scale = static_cast<float>(1 / (1 - rate));
        const auto shift = bias.contiguous();
        float* values = y.mutable_data_ptr<float>();
        parallel(y.numel(), grain, [&](int64_t begin, int64_t end) {
            finish(
                values, shift.const_data_ptr<float>(), begin, end, width, threshold, scale, static_cast<uint64_t>(seed),
                static_cast<uint64_t>(stream), first);
        });
        auto sizes = x.sizes().vec();
        sizes.back() = width;
        auto shaped = y.reshape(sizes);
        context->save_for_backward({x, weight, shaped});
        context->saved_data["scale"] = static_cast<double>(scale);
        return shaped;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        TORCH_CHECK(
            !c10::GradMode::is_enabled(), "a linear layer with ReLU in one pass has no second derivatives; use float64");
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &y = saved[2];
        const auto given = gradients[0].contiguous();
        auto change = at::empty_like(given);
        const float scale = static_cast<float>(context->saved_data["scale"].toDouble());
        parallel(change.numel(), grain, [&](int64_t begin, int64_t end) {
            undo(
                y.const_data_ptr<float>(), given.const_data_ptr<float>(), change.mutable_data_ptr<float>(), begin, end,
                scale);
        });
        const auto rows = change.reshape({-1, weight.size(0)});
        at::Tensor dx, dWeight, dBias;
        if (context->needs_input_grad(0)) dx = at::mm(rows, weight).reshape(x.sizes());
        if (context->needs_input_grad(1)) dWeight = at::mm(rows.t(), x.reshape({-1, x.size(-1)}));
        if (context->needs_input_grad(2)) dBias = at::sum(rows, 0);
        return {dx, dWeight, dBias, {}, {}, {}, {}};
    }
};

bool isReady(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const auto fits = [](const at::Tensor& t) { return t.is_cpu() && t.scalar_type() == at::kFloat; };
    return fits(x) && fits(weight) && fits(bias) && x.numel() > 0 && x.dim() > 0 && weight.dim() == 2 &&
           weight.size(0) % step == 0 && !at::autocast::is_autocast_enabled(at::kCPU);
}

}  // namespace

extern "C" {

CTStatus ct_has_rectified_linear(CTTensor x, CTTensor weight, CTTensor bias, bool* out) {
    return guarded([&] { *out = isReady(x->tensor, weight->tensor, bias->tensor); });
}

CTStatus ct_rectified_linear(CTTensor x, CTTensor weight, CTTensor bias, double rate, CTDraw draw, CTTensor* out) {
    return produce(out, [&] {
        TORCH_CHECK(isReady(x->tensor, weight->tensor, bias->tensor), "float32 on the CPU and a multiple of 64 outputs");
        TORCH_CHECK(rate >= 0 && rate < 1, "dropout rate must lie in [0, 1), not ", rate);
        TORCH_CHECK(
            x->tensor.size(-1) == weight->tensor.size(1) && bias->tensor.numel() == weight->tensor.size(0),
            "the weight or the bias does not fit");
        return RectifiedLinear::apply(
            x->tensor, weight->tensor, bias->tensor, rate, static_cast<int64_t>(draw.seed),
            static_cast<int64_t>(draw.stream),
            firstElement(draw, x->tensor.numel() / x->tensor.size(-1) * weight->tensor.size(0)));
    });
}

}  // extern "C"
