// Views, selection, joining.
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index.h>
#include <ATen/ops/index_put.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/masked_select.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/reshape.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/scatter_add.h>
#include <ATen/ops/slice.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tril.h>
#include <ATen/ops/triu.h>

#include "bridge.h"

using namespace ctorch;

static c10::List<std::optional<at::Tensor>> indexList(const CTTensor* indices, int32_t count) {
    c10::List<std::optional<at::Tensor>> list;
    for (int32_t i = 0; i < count; ++i) list.push_back(optional(indices[i]));
    return list;
}

extern "C" {

CTStatus ct_reshape(CTTensor x, CTInts shape, CTTensor* out) {
    return produce(out, [&] { return at::reshape(x->tensor, ints(shape)); });
}

CTStatus ct_permute(CTTensor x, CTInts dims, CTTensor* out) {
    return produce(out, [&] { return x->tensor.permute(ints(dims)); });
}

CTStatus ct_transpose(CTTensor x, int64_t a, int64_t b, CTTensor* out) {
    return produce(out, [&] { return x->tensor.transpose(a, b); });
}

CTStatus ct_expand(CTTensor x, CTInts shape, CTTensor* out) {
    return produce(out, [&] { return x->tensor.expand(ints(shape)); });
}

CTStatus ct_unsqueeze(CTTensor x, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return x->tensor.unsqueeze(dim); });
}

CTStatus ct_squeeze(CTTensor x, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return x->tensor.squeeze(dim); });
}

CTStatus ct_select(CTTensor x, int64_t dim, int64_t index, CTTensor* out) {
    return produce(out, [&] { return x->tensor.select(dim, index); });
}

CTStatus ct_slice(CTTensor x, int64_t dim, int64_t start, int64_t end, int64_t step, CTTensor* out) {
    return produce(out, [&] { return at::slice(x->tensor, dim, start, end, step); });
}

CTStatus ct_index_select(CTTensor x, int64_t dim, CTTensor index, CTTensor* out) {
    return produce(out, [&] { return at::index_select(x->tensor, dim, index->tensor); });
}

CTStatus ct_gather(CTTensor x, int64_t dim, CTTensor index, CTTensor* out) {
    return produce(out, [&] { return at::gather(x->tensor, dim, index->tensor); });
}

CTStatus ct_scatter_add(CTTensor x, int64_t dim, CTTensor index, CTTensor source, CTTensor* out) {
    return produce(out, [&] { return at::scatter_add(x->tensor, dim, index->tensor, source->tensor); });
}

CTStatus ct_index(CTTensor x, const CTTensor* indices, int32_t count, CTTensor* out) {
    return produce(out, [&] { return at::index(x->tensor, indexList(indices, count)); });
}

CTStatus ct_index_put(
    CTTensor x, const CTTensor* indices, int32_t count, CTTensor values, bool accumulate, CTTensor* out) {
    return produce(
        out, [&] { return at::index_put(x->tensor, indexList(indices, count), values->tensor, accumulate); });
}

CTStatus ct_nonzero(CTTensor x, CTTensor* out) {
    return produce(out, [&] { return at::nonzero(x->tensor); });
}

CTStatus ct_masked_select(CTTensor x, CTTensor mask, CTTensor* out) {
    return produce(out, [&] { return at::masked_select(x->tensor, mask->tensor); });
}

CTStatus ct_concatenate(const CTTensor* list, int32_t count, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::cat(tensors(list, count), dim); });
}

CTStatus ct_stack(const CTTensor* list, int32_t count, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::stack(tensors(list, count), dim); });
}

CTStatus ct_pad(CTTensor x, CTInts widths, double value, CTTensor* out) {
    return produce(out, [&] { return at::constant_pad_nd(x->tensor, ints(widths), value); });
}

CTStatus ct_flip(CTTensor x, CTInts dims, CTTensor* out) {
    return produce(out, [&] { return at::flip(x->tensor, ints(dims)); });
}

CTStatus ct_roll(CTTensor x, int64_t shift, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::roll(x->tensor, shift, dim); });
}

CTStatus ct_repeat_interleave(CTTensor x, int64_t count, int64_t dim, CTTensor* out) {
    return produce(out, [&] { return at::repeat_interleave(x->tensor, count, dim); });
}

CTStatus ct_unfold(CTTensor x, int64_t dim, int64_t size, int64_t step, CTTensor* out) {
    return produce(out, [&] { return x->tensor.unfold(dim, size, step); });
}

CTStatus ct_triangle(CTTensor x, bool upper, int64_t diagonal, CTTensor* out) {
    return produce(out, [&] { return upper ? at::triu(x->tensor, diagonal) : at::tril(x->tensor, diagonal); });
}

CTStatus ct_diagonal(CTTensor x, int64_t offset, int64_t a, int64_t b, CTTensor* out) {
    return produce(out, [&] { return at::diagonal(x->tensor, offset, a, b); });
}

CTStatus ct_one_hot(CTTensor x, int64_t classes, CTTensor* out) {
    return produce(out, [&] { return at::one_hot(x->tensor, classes); });
}

}  // extern "C"
