// Optimiser steps over many tensors at once.
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <cmath>

#include "bridge.h"

using namespace ctorch;

static at::Tensor globalNorm(const std::vector<at::Tensor>& list) {
    if (list.empty()) return at::zeros({});
    return at::linalg_vector_norm(at::stack(at::_foreach_norm(list, 2)), 2);
}

extern "C" {

CTStatus ct_fused_adamw(
    const CTTensor* parameters, const CTTensor* gradients, const CTTensor* first, const CTTensor* second,
    const CTTensor* steps, int32_t count, double rate, double beta1, double beta2, double weight_decay, double eps) {
    return guarded([&] {
        c10::NoGradGuard noGradient;
        auto p = tensors(parameters, count), g = tensors(gradients, count), m = tensors(first, count),
             v = tensors(second, count), s = tensors(steps, count);
        if (count == 0) return;
        for (int32_t i = 0; i < count; ++i) {
            // The kernel walks all of them as one run of memory and checks neither their shapes nor their strides.
            TORCH_CHECK(
                g[i].sizes() == p[i].sizes() && m[i].sizes() == p[i].sizes() && v[i].sizes() == p[i].sizes(),
                "a parameter of shape ", p[i].sizes(), " has a gradient of shape ", g[i].sizes(), " and moments of shapes ",
                m[i].sizes(), " and ", v[i].sizes());
            TORCH_CHECK(
                m[i].strides() == p[i].strides() && v[i].strides() == p[i].strides(),
                "a parameter and its moments have different strides");
            if (g[i].strides() != p[i].strides()) g[i] = at::empty_like(p[i]).copy_(g[i]);
        }
        at::_foreach_add_(s, 1);
        at::_fused_adamw_(
            p, g, m, v, /*max_exp_avg_sqs=*/{}, s, rate, beta1, beta2, weight_decay, eps, /*amsgrad=*/false,
            /*maximize=*/false);
    });
}

CTStatus ct_global_norm(const CTTensor* list, int32_t count, CTTensor* out) {
    return produce(out, [&] {
        c10::NoGradGuard noGradient;
        return globalNorm(tensors(list, count));
    });
}

CTStatus ct_scale_in_place(const CTTensor* list, int32_t count, double factor) {
    return guarded([&] {
        c10::NoGradGuard noGradient;
        if (count > 0) at::_foreach_mul_(tensors(list, count), factor);
    });
}

CTStatus ct_unscale_in_place(const CTTensor* list, int32_t count, double scale, bool* finite) {
    return guarded([&] {
        c10::NoGradGuard noGradient;
        auto all = tensors(list, count);
        if (count > 0) at::_foreach_mul_(all, 1 / scale);
        *finite = std::isfinite(globalNorm(all).item<double>());
    });
}

}  // extern "C"
