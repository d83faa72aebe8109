// Attention with several heads in one pass: scores, mask, softmax, dropout and the weighted sum, a head at a time.
//
// A head's scores stay in the cache and are computed again in the backward pass, mask of the dropout included; the operations
// one by one would carry B×H×L×S numbers through memory a dozen times. Queries, keys and values are read where the
// projections left them, so heads are never copied together.
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <memory>
#include <optional>

#include "blas.h"
#include "bridge.h"
#include "kernels.h"
#include "softmax_rows.h"

using namespace ctorch;

namespace {

constexpr int64_t step = softmax::step;

/// Where one of query, key and value lies: B×L×(anything), the heads' columns beginning at `column`.
struct Source {
    const float* data;
    int64_t batchStride, rowStride, column;

    Source(const at::Tensor& x, int64_t column)
        : data(x.const_data_ptr<float>()), batchStride(x.stride(0)), rowStride(x.stride(1)), column(column) {}

    const float* head(int64_t item, int64_t head, int64_t size) const {
        return data + item * batchStride + column + head * size;
    }
};

struct Shape {
    int64_t batch, queries, keys, heads, size;

    int64_t count() const { return batch * heads; }
    int64_t paddedKeys() const { return (keys + step - 1) / step * step; }
    float temper() const { return 1 / std::sqrt(float(size)); }
};

/// The mask of one head. `mask` is undefined, or B×H×L×S with any strides but for the last dimension, which has no gaps.
softmax::Visible visibleOf(const at::Tensor& mask, int64_t item, int64_t head) {
    if (!mask.defined()) return {};
    return {mask.const_data_ptr<bool>() + item * mask.stride(0) + head * mask.stride(1), mask.stride(2)};
}

struct Dropping {
    double rate;
    uint64_t seed, stream;

    /// Heads of the whole batch before the first one here.
    int64_t headsBefore;

    /// For a head whose scores take as many of the generator's batches as `perHead` says.
    softmax::Dropping of(int64_t place, int64_t perHead) const {
        return {
            static_cast<uint32_t>(std::min(rate * 0x1p32, 0x1p32 - 1)), static_cast<float>(1 / (1 - rate)), seed, stream,
            static_cast<uint64_t>((headsBefore + place) * perHead)};
    }
};

struct Attention : torch::autograd::Function<Attention> {
    static at::Tensor forward(
        torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
        const at::Tensor& value, int64_t queryColumn, int64_t keyColumn, int64_t valueColumn, int64_t heads,
        int64_t width, const std::optional<at::Tensor>& visible, double rate, int64_t seed, int64_t stream,
        int64_t headsBefore) {
        const at::Tensor mask = visible.value_or(at::Tensor());
        const Shape shape{query.size(0), query.size(1), key.size(1), heads, width / heads};
        const Dropping dropping{rate, uint64_t(seed), uint64_t(stream), headsBefore};
        auto output = at::empty({shape.batch, shape.queries, width}, query.options());
        auto logs = at::empty({shape.batch, heads, shape.queries}, query.options());
        const Source q(query, queryColumn), k(key, keyColumn), v(value, valueColumn);
        const int64_t padded = shape.paddedKeys(), size = shape.size, perHead = shape.queries * (padded / step);
        float* out = output.mutable_data_ptr<float>();
        float* logOut = logs.mutable_data_ptr<float>();
        parallel(shape.count(), 1, [&](int64_t begin, int64_t end) {
            std::unique_ptr<float[]> scores(new float[shape.queries * padded]);
            for (int64_t place = begin; place < end; ++place) {
                const int64_t item = place / heads, head = place % heads;
                product(
                    'T', 'N', shape.keys, shape.queries, size, shape.temper(), k.head(item, head, size), k.rowStride,
                    q.head(item, head, size), q.rowStride, scores.get(), padded);
                softmax::forward(
                    scores.get(), shape.queries, shape.keys, padded, visibleOf(mask, item, head),
                    logOut + place * shape.queries, dropping.of(place, perHead));
                product(
                    'N', 'N', size, shape.queries, shape.keys, 1, v.head(item, head, size), v.rowStride, scores.get(),
                    padded, out + item * shape.queries * width + head * size, width);
            }
        });
        context->save_for_backward({query, key, value, mask, logs});
        context->saved_data["columns"] = std::vector<int64_t>{queryColumn, keyColumn, valueColumn, heads, width};
        // Which are the same tensor; what comes out of the saved ones no longer tells.
        context->saved_data["shared"] =
            std::vector<int64_t>{key.is_same(query), value.is_same(query), value.is_same(key)};
        context->saved_data["rate"] = rate;
        context->saved_data["seed"] = seed;
        context->saved_data["stream"] = stream;
        context->saved_data["headsBefore"] = headsBefore;
        return output;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "attention in one pass has no second derivatives; use float64");
        const auto saved = context->get_saved_variables();
        const auto &query = saved[0], &key = saved[1], &value = saved[2], &mask = saved[3], &logs = saved[4];
        const auto columns = context->saved_data["columns"].toIntVector();
        const int64_t heads = columns[3], width = columns[4];
        const Shape shape{query.size(0), query.size(1), key.size(1), heads, width / heads};
        const Dropping dropping{
            context->saved_data["rate"].toDouble(), uint64_t(context->saved_data["seed"].toInt()),
            uint64_t(context->saved_data["stream"].toInt()), context->saved_data["headsBefore"].toInt()};
        const auto output = gradients[0].contiguous();
        // Parts of one tensor share its gradient; columns that no part covers get zeros.
        const auto shared = context->saved_data["shared"].toIntVector();
        const bool keyIsQuery = shared[0], valueIsQuery = shared[1], valueIsKey = shared[2];
        const auto fresh = [&](const at::Tensor& x, int64_t parts) {
            return x.size(2) == parts * width ? at::empty(x.sizes(), x.options()) : at::zeros(x.sizes(), x.options());
        };
        auto dQuery = fresh(query, 1 + keyIsQuery + valueIsQuery);
        auto dKey = keyIsQuery ? dQuery : fresh(key, 1 + valueIsKey);
        auto dValue = valueIsQuery ? dQuery : valueIsKey ? dKey : fresh(value, 1);
        const Source q(query, columns[0]), k(key, columns[1]), v(value, columns[2]);
        const Source dq(dQuery, columns[0]), dk(dKey, columns[1]), dv(dValue, columns[2]);
        const auto write = [](const float* place) { return const_cast<float*>(place); };
        const float* given = output.const_data_ptr<float>();
        const float* logIn = logs.const_data_ptr<float>();
        const int64_t padded = shape.paddedKeys(), size = shape.size, perHead = shape.queries * (padded / step);
        parallel(shape.count(), 1, [&](int64_t begin, int64_t end) {
            std::unique_ptr<float[]> room(new float[(2 * shape.queries + 1) * padded]);
            float *scores = room.get(), *changes = scores + shape.queries * padded;
            float* factors = changes + shape.queries * padded;
            for (int64_t place = begin; place < end; ++place) {
                const int64_t item = place / heads, head = place % heads;
                const float *qh = q.head(item, head, size), *kh = k.head(item, head, size);
                const float* g = given + item * shape.queries * width + head * size;
                product(
                    'T', 'N', shape.keys, shape.queries, size, shape.temper(), kh, k.rowStride, qh, q.rowStride, scores,
                    padded);
                product(
                    'T', 'N', shape.keys, shape.queries, size, 1, v.head(item, head, size), v.rowStride, g, width,
                    changes, padded);
                softmax::backward(
                    scores, changes, factors, shape.queries, shape.keys, padded, visibleOf(mask, item, head),
                    logIn + place * shape.queries, dropping.of(place, perHead), shape.temper());
                product(
                    'N', 'T', size, shape.keys, shape.queries, 1, g, width, scores, padded,
                    write(dv.head(item, head, size)), dv.rowStride);
                product(
                    'N', 'N', size, shape.queries, shape.keys, 1, kh, k.rowStride, changes, padded,
                    write(dq.head(item, head, size)), dq.rowStride);
                product(
                    'N', 'T', size, shape.keys, shape.queries, 1, qh, q.rowStride, changes, padded,
                    write(dk.head(item, head, size)), dk.rowStride);
            }
        });
        // A tensor that came in twice gets its whole gradient once.
        if (keyIsQuery) dKey = at::Tensor();
        if (valueIsQuery || valueIsKey) dValue = at::Tensor();
        return {dQuery, dKey, dValue, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    }
};

bool isReady(const at::Tensor& x) {
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 3 && x.stride(2) == 1 && x.numel() > 0;
}

}  // namespace

extern "C" {

CTStatus ct_has_fused_attention(CTTensor query, CTTensor key, CTTensor value, bool* out) {
    return guarded([&] {
        *out = hasProduct() && isReady(query->tensor) && isReady(key->tensor) && isReady(value->tensor);
    });
}

CTStatus ct_fused_attention(
    CTTensor query, CTTensor key, CTTensor value, const int64_t* columns, int64_t heads, int64_t width, CTTensor mask,
    double rate, CTDraw draw, CTTensor* out) {
    return produce(out, [&] {
        const auto &q = query->tensor, &k = key->tensor, &v = value->tensor;
        TORCH_CHECK(hasProduct() && isReady(q) && isReady(k) && isReady(v), "attention in one pass needs float32 on the CPU");
        TORCH_CHECK(rate >= 0 && rate < 1, "dropout rate must lie in [0, 1), not ", rate);
        TORCH_CHECK(heads > 0 && width % heads == 0, heads, " heads do not divide a width of ", width);
        TORCH_CHECK(
            k.size(0) == q.size(0) && v.size(0) == q.size(0) && k.size(1) == v.size(1) &&
                columns[0] + width <= q.size(2) && columns[1] + width <= k.size(2) && columns[2] + width <= v.size(2),
            "query, key and value do not go together");
        std::optional<at::Tensor> visible;
        if (mask) {
            TORCH_CHECK(mask->tensor.scalar_type() == at::kBool, "a mask is bool, not ", mask->tensor.scalar_type());
            visible = mask->tensor.expand({q.size(0), heads, q.size(1), k.size(1)});
            if (visible->stride(3) != 1) visible = visible->contiguous();
        }
        return Attention::apply(
            q, k, v, columns[0], columns[1], columns[2], heads, width, visible, rate,
            static_cast<int64_t>(draw.seed), static_cast<int64_t>(draw.stream), firstElement(draw, q.size(0) * heads));
    });
}

}  // extern "C"
