/// A C interface to the part of libtorch that Moments needs.
///
/// Rules, the same for every function:
/// - It returns 0, or 1 when it failed. Then `ct_last_error()` gives the message, which belongs to the calling thread
///   and lives until that thread's next failure.
/// - Results come through the out-parameters at the end. A `CTTensor` handed out is owned by the caller and goes back
///   through `ct_free`. Nothing is handed out when the call failed.
/// - Arguments are borrowed. A tensor argument that may be NULL says so.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An owned at::Tensor.
typedef struct CTTensorBox* CTTensor;
typedef int32_t CTStatus;

/// A borrowed list of integers: shapes, dimensions, strides.
typedef struct {
    const int64_t* values;
    int32_t count;
} CTInts;

/// Element types; the values are c10::ScalarType's own.
typedef enum {
    CTUInt8 = 0, CTInt8 = 1, CTInt16 = 2, CTInt32 = 3, CTInt64 = 4,
    CTFloat16 = 5, CTFloat32 = 6, CTFloat64 = 7, CTBool = 11, CTBFloat16 = 15,
} CTDType;

/// -1 is the CPU, 0… a CUDA device.
typedef int32_t CTDevice;

// MARK: runtime.cpp: errors, versions, threads, devices, handles

const char* ct_last_error(void);
const char* ct_version(void);
CTStatus ct_build_configuration(const char** out);
CTStatus ct_cpu_capability(const char** out);
CTStatus ct_thread_count(int32_t* out);
/// Once, at start: later calls only change the calling thread's pool.
CTStatus ct_set_thread_count(int32_t threads);
CTStatus ct_cuda_device_count(int32_t* out);
CTStatus ct_synchronize(CTDevice device);
/// Gives the calling thread a queue of work on a GPU beside the others'; nothing on the CPU.
CTStatus ct_use_own_stream(CTDevice device);
/// Handles handed out and not yet freed, over all threads.
int64_t ct_live_handles(void);
void ct_free(CTTensor tensor);
CTStatus ct_gradient_enabled(bool* out);
CTStatus ct_set_gradient_enabled(bool enabled);
CTStatus ct_autocast(bool cuda, bool* enabled, CTDType* dtype);
CTStatus ct_set_autocast(bool cuda, bool enabled, CTDType dtype);
CTStatus ct_set_deterministic(bool enabled);
bool ct_is_deterministic(void);
/// Whether a GPU may round the factors of `float32` products and convolutions to 10 bits.
CTStatus ct_set_tensor_float_32(bool allowed);

// MARK: creation.cpp: new tensors, their properties, their bytes

CTStatus ct_empty(CTInts shape, CTDType dtype, CTDevice device, CTTensor* out);
CTStatus ct_full(CTInts shape, double value, CTDType dtype, CTDevice device, CTTensor* out);
CTStatus ct_arange(double start, double end, double step, CTDType dtype, CTDevice device, CTTensor* out);
CTStatus ct_linspace(double start, double end, int64_t steps, CTDType dtype, CTDevice device, CTTensor* out);
CTStatus ct_eye(int64_t n, CTDType dtype, CTDevice device, CTTensor* out);
/// Copies the bytes at `data` into a new CPU tensor.
CTStatus ct_from_bytes(const void* data, CTInts shape, CTDType dtype, CTTensor* out);
/// Takes the bytes at `data` as they are; `release(context)` is called when the last view of them dies.
CTStatus ct_from_borrowed_bytes(
    void* data, CTInts shape, CTDType dtype, void (*release)(void*), void* context, CTTensor* out);
/// Copies a tensor's elements, in C order, to `data`, which has room for `bytes`.
CTStatus ct_copy_bytes(CTTensor tensor, void* data, int64_t bytes);
CTStatus ct_data_pointer(CTTensor tensor, void** out);
CTStatus ct_rank(CTTensor tensor, int32_t* out);
/// `sizes` and `strides` have room for the rank.
CTStatus ct_shape(CTTensor tensor, int64_t* sizes, int64_t* strides);
CTStatus ct_dtype(CTTensor tensor, CTDType* out);
CTStatus ct_device(CTTensor tensor, CTDevice* out);
CTStatus ct_is_contiguous(CTTensor tensor, bool* out);
CTStatus ct_convert(CTTensor tensor, CTDType dtype, CTDevice device, CTTensor* out);
CTStatus ct_contiguous(CTTensor tensor, CTTensor* out);
CTStatus ct_clone(CTTensor tensor, CTTensor* out);
CTStatus ct_scalar(CTTensor tensor, double* out);
CTStatus ct_integer(CTTensor tensor, int64_t* out);

// MARK: arithmetic.cpp: element by element, matrix products

typedef enum {
    CTNegate, CTExp, CTLog, CTLog1p, CTSqrt, CTRsqrt, CTAbs, CTSign, CTSin, CTCos, CTTanh, CTSigmoid, CTLogSigmoid,
    CTReLU, CTGELU, CTSiLU, CTFloor, CTCeil, CTRound, CTTruncate, CTReciprocal, CTSquare, CTErf, CTLogicalNot, CTIsNaN,
    CTIsFinite, CTUnaryCount,
} CTUnary;
CTStatus ct_unary(CTUnary op, CTTensor x, CTTensor* out);

typedef enum {
    CTAdd, CTSubtract, CTMultiply, CTDivide, CTPower, CTMinimum, CTMaximum, CTRemainder, CTFloorDivide, CTEqual,
    CTNotEqual, CTLess, CTLessEqual, CTGreater, CTGreaterEqual, CTAnd, CTOr, CTXor, CTAtan2, CTBinaryCount,
} CTBinary;
CTStatus ct_binary(CTBinary op, CTTensor a, CTTensor b, CTTensor* out);
/// `reversed` computes `scalar op x`.
CTStatus ct_binary_scalar(CTBinary op, CTTensor x, double scalar, bool reversed, CTTensor* out);

CTStatus ct_clamp(CTTensor x, const double* lower, const double* upper, CTTensor* out);
CTStatus ct_where(CTTensor condition, CTTensor a, CTTensor b, CTTensor* out);
CTStatus ct_masked_fill(CTTensor x, CTTensor mask, double value, CTTensor* out);
CTStatus ct_lerp(CTTensor a, CTTensor b, CTTensor weight, CTTensor* out);
CTStatus ct_addcmul(CTTensor x, CTTensor a, CTTensor b, double factor, CTTensor* out);
CTStatus ct_matmul(CTTensor a, CTTensor b, CTTensor* out);

typedef enum { CTInPlaceAdd, CTInPlaceMultiply, CTInPlaceCopy, CTInPlaceCount } CTInPlace;
CTStatus ct_in_place(CTInPlace op, CTTensor x, CTTensor other, double factor);
CTStatus ct_fill_in_place(CTTensor x, double value);

// MARK: reductions.cpp: over dimensions; an empty list means all

typedef enum {
    CTSum, CTMean, CTAmax, CTAmin, CTVariance, CTStandardDeviation, CTLogSumExp, CTAny, CTAll, CTNorm2, CTReductionCount,
} CTReduction;
CTStatus ct_reduce(CTReduction op, CTTensor x, CTInts dims, bool keep, CTTensor* out);
CTStatus ct_argmax(CTTensor x, int64_t dim, bool keep, CTTensor* out);
CTStatus ct_argmin(CTTensor x, int64_t dim, bool keep, CTTensor* out);
CTStatus ct_cumulative_sum(CTTensor x, int64_t dim, CTTensor* out);
CTStatus ct_softmax(CTTensor x, int64_t dim, CTTensor* out);
CTStatus ct_log_softmax(CTTensor x, int64_t dim, CTTensor* out);
CTStatus ct_sort(CTTensor x, int64_t dim, bool descending, CTTensor* values, CTTensor* indices);
CTStatus ct_top(CTTensor x, int64_t k, int64_t dim, CTTensor* values, CTTensor* indices);
CTStatus ct_all_close(CTTensor a, CTTensor b, double relative, double absolute, bool equalNaN, bool* out);

// MARK: indexing.cpp: views, selection, joining

CTStatus ct_reshape(CTTensor x, CTInts shape, CTTensor* out);
CTStatus ct_permute(CTTensor x, CTInts dims, CTTensor* out);
CTStatus ct_transpose(CTTensor x, int64_t a, int64_t b, CTTensor* out);
CTStatus ct_expand(CTTensor x, CTInts shape, CTTensor* out);
CTStatus ct_unsqueeze(CTTensor x, int64_t dim, CTTensor* out);
CTStatus ct_squeeze(CTTensor x, int64_t dim, CTTensor* out);
CTStatus ct_select(CTTensor x, int64_t dim, int64_t index, CTTensor* out);
CTStatus ct_slice(CTTensor x, int64_t dim, int64_t start, int64_t end, int64_t step, CTTensor* out);
CTStatus ct_index_select(CTTensor x, int64_t dim, CTTensor index, CTTensor* out);
CTStatus ct_gather(CTTensor x, int64_t dim, CTTensor index, CTTensor* out);
CTStatus ct_scatter_add(CTTensor x, int64_t dim, CTTensor index, CTTensor source, CTTensor* out);
/// Advanced indexing; NULL entries take the whole dimension.
CTStatus ct_index(CTTensor x, const CTTensor* indices, int32_t count, CTTensor* out);
CTStatus ct_index_put(CTTensor x, const CTTensor* indices, int32_t count, CTTensor values, bool accumulate, CTTensor* out);
CTStatus ct_nonzero(CTTensor x, CTTensor* out);
CTStatus ct_masked_select(CTTensor x, CTTensor mask, CTTensor* out);
CTStatus ct_concatenate(const CTTensor* tensors, int32_t count, int64_t dim, CTTensor* out);
CTStatus ct_stack(const CTTensor* tensors, int32_t count, int64_t dim, CTTensor* out);
CTStatus ct_pad(CTTensor x, CTInts before_after, double value, CTTensor* out);
CTStatus ct_flip(CTTensor x, CTInts dims, CTTensor* out);
CTStatus ct_roll(CTTensor x, int64_t shift, int64_t dim, CTTensor* out);
CTStatus ct_repeat_interleave(CTTensor x, int64_t count, int64_t dim, CTTensor* out);
CTStatus ct_unfold(CTTensor x, int64_t dim, int64_t size, int64_t step, CTTensor* out);
CTStatus ct_triangle(CTTensor x, bool upper, int64_t diagonal, CTTensor* out);
CTStatus ct_diagonal(CTTensor x, int64_t offset, int64_t a, int64_t b, CTTensor* out);
CTStatus ct_one_hot(CTTensor x, int64_t classes, CTTensor* out);

// MARK: nn.cpp: layers' arithmetic

CTStatus ct_linear(CTTensor x, CTTensor weight, CTTensor bias /* may be NULL */, CTTensor* out);
CTStatus ct_layer_norm(CTTensor x, CTInts shape, CTTensor weight, CTTensor bias /* NULL */, double eps, CTTensor* out);
CTStatus ct_group_norm(CTTensor x, int64_t groups, CTTensor weight, CTTensor bias /* NULL */, double eps, CTTensor* out);
CTStatus ct_batch_norm(
    CTTensor x, CTTensor weight, CTTensor bias, CTTensor mean, CTTensor variance, bool training, double momentum,
    double eps, CTTensor* out);
CTStatus ct_embedding(CTTensor weight, CTTensor indices, CTTensor* out);
/// 1-, 2- or 3-D by the length of `stride`.
CTStatus ct_convolution(
    CTTensor x, CTTensor weight, CTTensor bias /* NULL */, CTInts stride, CTInts padding, CTInts dilation,
    int64_t groups, CTTensor* out);
CTStatus ct_max_pool(CTTensor x, CTInts kernel, CTInts stride, CTInts padding, CTTensor* out);
CTStatus ct_average_pool(CTTensor x, CTInts kernel, CTInts stride, CTInts padding, CTTensor* out);
CTStatus ct_adaptive_average_pool(CTTensor x, CTInts size, CTTensor* out);
CTStatus ct_attention(
    CTTensor query, CTTensor key, CTTensor value, CTTensor mask /* NULL */, bool causal, CTTensor* out);
CTStatus ct_cosine_similarity(CTTensor a, CTTensor b, int64_t dim, double eps, CTTensor* out);
CTStatus ct_grid_sample(CTTensor x, CTTensor grid, bool border, bool align_corners, CTTensor* out);
CTStatus ct_interpolate_linear(CTTensor x, int64_t size, bool align_corners, CTTensor* out);
CTStatus ct_smooth_l1(CTTensor x, CTTensor target, double beta, CTTensor* out);
CTStatus ct_binary_cross_entropy_with_logits(CTTensor x, CTTensor target, CTTensor weight /* NULL */, CTTensor* out);
CTStatus ct_cross_entropy(CTTensor logits, CTTensor classes, CTTensor weight /* NULL */, CTTensor* out);

// MARK: random.cpp: an own counter-based generator, the same numbers on any count of threads

/// The four numbers of one block of Philox4x32-10: key `seed`, counter (block, stream), low words first.
CTStatus ct_random_words(uint64_t seed, uint64_t stream, uint64_t block, uint32_t* out);
/// Uniform in [low, high); element i depends on (seed, stream, i) alone.
CTStatus ct_random_uniform(CTInts shape, double low, double high, uint64_t seed, uint64_t stream, CTDType dtype, CTTensor* out);
CTStatus ct_random_normal(CTInts shape, double mean, double deviation, uint64_t seed, uint64_t stream, CTDType dtype, CTTensor* out);
/// Which numbers a dropout takes: those of a stream, and where a tensor holds only the rows [first, first + rows) of a batch
/// of `total`, the numbers that these rows take in the whole batch. `rows` is 0 where there are no others.
typedef struct {
    uint64_t seed, stream;
    int64_t first, rows, total;
} CTDraw;
/// Differentiable dropout. The mask is computed again in the backward pass, so that none is stored.
CTStatus ct_dropout(CTTensor x, double rate, CTDraw draw, CTTensor* out);

// MARK: attention.cpp: several heads in one pass

/// Whether `ct_fused_attention` takes them: float32 on the CPU, three dimensions, rows without gaps.
CTStatus ct_has_fused_attention(CTTensor query, CTTensor key, CTTensor value, bool* out);
/// dropout(softmax(Q·Kᵀ/√(width/heads) with the mask))·V: B×L×…, B×S×…, B×S×… → B×L×width. The heads of each lie side by side
/// from the column given in `columns` on; the three may be one tensor. No second derivatives.
CTStatus ct_fused_attention(
    CTTensor query, CTTensor key, CTTensor value, const int64_t* columns, int64_t heads, int64_t width,
    CTTensor mask /* bool, broadcast to B×heads×L×S, true takes part; may be NULL */, double rate, CTDraw draw,
    CTTensor* out);

// MARK: rectified_linear.cpp: linear, ReLU and dropout in one pass

/// Whether `ct_rectified_linear` takes them: float32 on the CPU, a multiple of 64 outputs, no automatic mixed precision.
CTStatus ct_has_rectified_linear(CTTensor x, CTTensor weight, CTTensor bias, bool* out);
/// dropout(max(0, x·Wᵀ + b)), with the masks of `ct_dropout`. No second derivatives.
CTStatus ct_rectified_linear(CTTensor x, CTTensor weight, CTTensor bias, double rate, CTDraw draw, CTTensor* out);

// MARK: normalized_linear.cpp: layer norm, dropout, linear and ReLU in one pass

/// Whether `ct_normalized_linear` takes them: float32 on the CPU without gaps, a multiple of 16 outputs, no gradient of x
/// wanted, no automatic mixed precision.
CTStatus ct_has_normalized_linear(CTTensor x, CTTensor gain, CTTensor shift, CTTensor weight, CTTensor bias, bool* out);
/// dropout(norm(x) ⊙ gain + shift)·Wᵀ + b, then ReLU if `rectified`, with the masks of `ct_dropout`. No second derivatives.
CTStatus ct_normalized_linear(
    CTTensor x, CTTensor gain, CTTensor shift, CTTensor weight, CTTensor bias, double eps, double rate, CTDraw draw,
    bool rectified, CTTensor* out);

// MARK: autograd.cpp

CTStatus ct_requires_gradient(CTTensor x, bool* out);
CTStatus ct_set_requires_gradient(CTTensor x, bool required);
CTStatus ct_detach(CTTensor x, CTTensor* out);
/// `gradient` may be NULL for a scalar.
CTStatus ct_backward(CTTensor x, CTTensor gradient, bool retain_graph);
/// `*out` is NULL when there is none.
CTStatus ct_gradient(CTTensor x, CTTensor* out);
CTStatus ct_set_gradient(CTTensor x, CTTensor gradient /* NULL clears */);
/// `out` has room for `count`; an entry is NULL where the output does not depend on the input.
CTStatus ct_gradients_of(CTTensor output, const CTTensor* inputs, int32_t count, bool create_graph, CTTensor* out);

// MARK: recording.cpp: work on a GPU that is recorded once and started again as one

typedef struct CTRecordingBox* CTRecording;
/// Whether there is a GPU whose work can be recorded.
bool ct_can_record(void);
/// Goes over to a stream on which can be recorded; what runs until `ct_recording_begin` warms up.
CTStatus ct_recording_prepare(CTDevice device, CTRecording* out);
/// From here on work is noted and not done. `beside` is one whose memory is shared, or NULL.
CTStatus ct_recording_begin(CTRecording recording, CTRecording beside);
/// Work is done again, on the stream of before.
CTStatus ct_recording_end(CTRecording recording);
/// Does what was noted, with numbers drawn from a seed.
CTStatus ct_recording_replay(CTRecording recording, uint64_t seed);
void ct_recording_free(CTRecording recording);

// MARK: optimisers.cpp

CTStatus ct_fused_adamw(
    const CTTensor* parameters, const CTTensor* gradients, const CTTensor* first, const CTTensor* second,
    const CTTensor* steps, int32_t count, double rate, double beta1, double beta2, double weight_decay, double eps);
/// The L2 norm over all tensors together: one number, where they lie.
CTStatus ct_global_norm(const CTTensor* tensors, int32_t count, CTTensor* out);
CTStatus ct_scale_in_place(const CTTensor* tensors, int32_t count, double factor);
/// Divides by `scale` in place; `*finite` says whether every element is finite.
CTStatus ct_unscale_in_place(const CTTensor* tensors, int32_t count, double scale, bool* finite);

// MARK: packed_product.cpp: products with packed weights; bias, addition and activation in the same pass

/// A weight (outputs × inputs, float32 on the CPU) in the order in which this processor reads it fastest.
CTStatus ct_pack_product(CTTensor weight, CTTensor* out);
/// activation(x·Wᵀ + b (+ addend)): …×in → …×out. The activation is 0 for none, 1 for ReLU, 2 for x·σ(1.702 x). Where there is an
/// addend, of the result's shape, the result takes its memory. No gradients.
CTStatus ct_packed_linear(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend /* may be NULL */, int32_t activation, CTTensor* out);
/// A convolution over T×H×W×C as a product with a weight packed as out × (kT·kH·kW·depth): → T'×H'×W'×out. `depth` is C, or a
/// multiple of it: then each place reads on into its neighbours to the right, and kW is 1. Addend as above; then ReLU if
/// `rectified`. No gradients.
CTStatus ct_direct_convolution(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend /* may be NULL */, CTInts kernel, CTInts stride,
    CTInts padding, int64_t depth, bool rectified, CTTensor* out);

// MARK: quantized_linear.cpp: linear layers in whole numbers of 7 bits

/// Which instructions do it on this processor: `AVX-512 VNNI`, `AVX2` or `plain`. The sums are the same on all.
CTStatus ct_integer_kernel(const char** name);
/// A weight (outputs × inputs, float32 on the CPU) in whole numbers with a scale for each output; bytes.
CTStatus ct_quantize_weight(CTTensor weight, CTTensor* out);
/// As `ct_packed_linear`, with the weight in whole numbers and each row of `x` rounded to whole numbers on the way.
CTStatus ct_quantized_linear(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend /* may be NULL */, int32_t activation, CTTensor* out);

// MARK: thread_limit.cpp: how many threads the calling thread's operations use

/// Limits OpenMP for the calling thread alone; `*before` is what it was. Other threads and later ones keep theirs.
CTStatus ct_limit_calling_thread(int32_t threads, int32_t* before);

#ifdef __cplusplus
}
#endif
#endif
