// Reductions, normalised exponentials, sorting.
#include <ATen/ops/all.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/argmin.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/std.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/var.h>

#include <numeric>

#include "bridge.h"

using namespace ctorch;

/// libtorch reads an empty list differently from one operation to the next; here it always means every dimension.
static std::vector<int64_t> dimensions(CTInts dims, const at::Tensor& x) {
    if (dims.count > 0) return {dims.values, dims.values + dims.count};
    std::vector<int64_t> all(x.dim());
    std::iota(all.begin(), all.end(), 0);
    return all;
}

extern "C" {

CTStatus ct_reduce(CTReduction op, CTTensor tensor, CTInts list, bool keep, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        const auto& x = tensor->tensor;
        const auto dims = dimensions(list, x);
        switch (op) {
            case CTSum: return at::sum(x, dims, keep);
            case CTMean: return at::mean(x, dims, keep);
            case CTAmax: return at::amax(x, dims, keep);
            case CTAmin: return at::amin(x, dims, keep);
            case CTVariance: return at::var(x, at::OptionalIntArrayRef(dims), /*correction=*/0, keep);
            case CTStandardDeviation: return at::std(x, at::OptionalIntArrayRef(dims), /*correction=*/0, keep);
            case CTLogSumExp: return at::logsumexp(x, dims, keep);
            case CTAny: return at::any(x, at::OptionalIntArrayRef(dims), keep);
            case CTAll: return at::all(x, at::OptionalIntArrayRef(dims), keep);
            case CTNorm2: return at::linalg_vector_norm(x, 2, at::OptionalIntArrayRef(dims), keep);
            case CTReductionCount: break;
        }
        TORCH_CHECK(false, "no such reduction: ", static_cast<int>(op));
    });
}

CTStatus ct_argmax(CTTensor x, int64_t dim, bool keep, CTTensor* out) {
    return produce(out, [&] { return at::argmax(x->tensor, dim, keep); });
}

CTStatus ct_argmin(CTTensor x, int64_t dim, bool keep, CTTensor* out) {
    return produce(out, [&] { return at::argmin(x->tensor, dim, keep); });
}

CTStatus ct_cumulative_sum(CTTensor x, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::cumsum(x->tensor, dim); });
}

CTStatus ct_softmax(CTTensor x, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::softmax(x->tensor, dim); });
}

CTStatus ct_log_softmax(CTTensor x, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::log_softmax(x->tensor, dim); });
}

CTStatus ct_sort(CTTensor x, int64_t dim, bool descending, CTTensor* values, CTTensor* indices) {
    return guarded([&] {
        auto [sorted, order] = at::sort(x->tensor, /*stable=*/true, dim, descending);
        *values = box(std::move(sorted));
        *indices = box(std::move(order));
    });
}

CTStatus ct_top(CTTensor x, int64_t k, int64_t dim, CTTensor* values, CTTensor* indices) {
    return guarded([&] {
        auto [top, order] = at::topk(x->tensor, k, dim);
        *values = box(std::move(top));
        *indices = box(std::move(order));
    });
}

CTStatus ct_all_close(CTTensor a, CTTensor b, double relative, double absolute, bool equalNaN, bool* out) {
    return guarded([&] { *out = at::allclose(a->tensor, b->tensor, relative, absolute, equalNaN); });
}

}  // extern "C"
