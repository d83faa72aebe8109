// The arithmetic of layers and losses.
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_avg_pool3d.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/smooth_l1_loss.h>
#include <ATen/ops/upsample_linear1d.h>

#include <limits>

#include "bridge.h"

using namespace ctorch;

/// The greatest of each window, for a GPU, where libtorch's own pooling adds up gradients in any order. Of several equal
/// ones each gets its share of the gradient.
static at::Tensor greatestOfWindows(
    const at::Tensor& x, at::IntArrayRef kernel, at::IntArrayRef stride, at::IntArrayRef padding) {
    const auto count = static_cast<int64_t>(kernel.size());
    std::vector<int64_t> edges, windows;
    for (int64_t i = count - 1; i >= 0; --i) edges.insert(edges.end(), {padding[i], padding[i]});
    auto y = at::constant_pad_nd(x, edges, -std::numeric_limits<double>::infinity());
    for (int64_t i = 0; i < count; ++i) {
        y = y.unfold(x.dim() - count + i, kernel[i], stride[i]);
        windows.push_back(x.dim() + i);
    }
    return at::amax(y, windows);
}

extern "C" {

CTStatus ct_linear(CTTensor x, CTTensor weight, CTTensor bias, CTTensor* out) {
    return produce(out, [&] { return at::linear(x->tensor, weight->tensor, optional(bias)); });
}

CTStatus ct_layer_norm(CTTensor x, CTInts shape, CTTensor weight, CTTensor bias, double eps, CTTensor* out) {
    return produce(out, [&] { return at::layer_norm(x->tensor, ints(shape), optional(weight), optional(bias), eps); });
}

CTStatus ct_group_norm(CTTensor x, int64_t groups, CTTensor weight, CTTensor bias, double eps, CTTensor* out) {
    return produce(out, [&] { return at::group_norm(x->tensor, groups, optional(weight), optional(bias), eps); });
}

CTStatus ct_batch_norm(
    CTTensor x, CTTensor weight, CTTensor bias, CTTensor mean, CTTensor variance, bool training, double momentum,
    double eps, CTTensor* out) {
    return produce(out, [&] {
        return at::batch_norm(
            x->tensor, optional(weight), optional(bias), optional(mean), optional(variance), training, momentum, eps,
            /*cudnn_enabled=*/true);
    });
}

CTStatus ct_embedding(CTTensor weight, CTTensor indices, CTTensor* out) {
    return produce(out, [&] { return at::embedding(weight->tensor, indices->tensor); });
}

CTStatus ct_convolution(
    CTTensor x, CTTensor weight, CTTensor bias, CTInts stride, CTInts padding, CTInts dilation, int64_t groups,
    CTTensor* out) {
    // Not at::convolution: mixed precision knows only these.
    return produce(out, [&]() -> at::Tensor {
        const auto &t = x->tensor, &w = weight->tensor;
        const auto b = optional(bias);
        switch (stride.count) {
            case 1: return at::conv1d(t, w, b, ints(stride), ints(padding), ints(dilation), groups);
            case 2: return at::conv2d(t, w, b, ints(stride), ints(padding), ints(dilation), groups);
            case 3: return at::conv3d(t, w, b, ints(stride), ints(padding), ints(dilation), groups);
            default: TORCH_CHECK(false, "convolution has 1, 2 or 3 dimensions, not ", stride.count);
        }
    });
}

CTStatus ct_max_pool(CTTensor x, CTInts kernel, CTInts stride, CTInts padding, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        if (!x->tensor.is_cpu()) return greatestOfWindows(x->tensor, ints(kernel), ints(stride), ints(padding));
        switch (kernel.count) {
            case 1: return at::max_pool1d(x->tensor, ints(kernel), ints(stride), ints(padding));
            case 2: return at::max_pool2d(x->tensor, ints(kernel), ints(stride), ints(padding));
            case 3: return at::max_pool3d(x->tensor, ints(kernel), ints(stride), ints(padding));
            default: TORCH_CHECK(false, "pooling has 1, 2 or 3 dimensions, not ", kernel.count);
        }
    });
}

CTStatus ct_average_pool(CTTensor x, CTInts kernel, CTInts stride, CTInts padding, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        switch (kernel.count) {
            case 1: return at::avg_pool1d(x->tensor, ints(kernel), ints(stride), ints(padding));
            case 2: return at::avg_pool2d(x->tensor, ints(kernel), ints(stride), ints(padding));
            case 3: return at::avg_pool3d(x->tensor, ints(kernel), ints(stride), ints(padding));
            default: TORCH_CHECK(false, "pooling has 1, 2 or 3 dimensions, not ", kernel.count);
        }
    });
}

CTStatus ct_adaptive_average_pool(CTTensor x, CTInts size, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        switch (size.count) {
            case 1: return at::adaptive_avg_pool1d(x->tensor, ints(size));
            case 2: return at::adaptive_avg_pool2d(x->tensor, ints(size));
            case 3: return at::adaptive_avg_pool3d(x->tensor, ints(size));
            default: TORCH_CHECK(false, "pooling has 1, 2 or 3 dimensions, not ", size.count);
        }
    });
}

CTStatus ct_attention(CTTensor query, CTTensor key, CTTensor value, CTTensor mask, bool causal, CTTensor* out) {
    return produce(out, [&] {
        return at::scaled_dot_product_attention(
            query->tensor, key->tensor, value->tensor, optional(mask), /*dropout_p=*/0.0, causal);
    });
}

CTStatus ct_cosine_similarity(CTTensor a, CTTensor b, int64_t dim, double eps, CTTensor* out) {
    return produce(out, [&] { return at::cosine_similarity(a->tensor, b->tensor, dim, eps); });
}

CTStatus ct_grid_sample(CTTensor x, CTTensor grid, bool border, bool align_corners, CTTensor* out) {
    return produce(out, [&] {
        return at::grid_sampler(x->tensor, grid->tensor, /*bilinear*/ 0, border ? 1 : 0, align_corners);
    });
}

CTStatus ct_interpolate_linear(CTTensor x, int64_t size, bool align_corners, CTTensor* out) {
    return produce(out, [&] { return at::upsample_linear1d(x->tensor, {size}, align_corners); });
}

CTStatus ct_smooth_l1(CTTensor x, CTTensor target, double beta, CTTensor* out) {
    return produce(out, [&] { return at::smooth_l1_loss(x->tensor, target->tensor, /*none*/ 0, beta); });
}

CTStatus ct_binary_cross_entropy_with_logits(CTTensor x, CTTensor target, CTTensor weight, CTTensor* out) {
    return produce(out, [&] {
        return at::binary_cross_entropy_with_logits(x->tensor, target->tensor, optional(weight), {}, /*none*/ 0);
    });
}

CTStatus ct_cross_entropy(CTTensor logits, CTTensor classes, CTTensor weight, CTTensor* out) {
    return produce(
        out, [&] { return at::cross_entropy_loss(logits->tensor, classes->tensor, optional(weight), /*none*/ 0); });
}

}  // extern "C"
