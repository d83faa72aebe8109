// Features as a linear layer gets them after layer norm and dropout, and what its gradients are summed up from.
//
// Names as in normalized_linear.cpp: x̂ the normalised features, m the mask, P = dYᵀ(m ⊙ x̂), Q = dYᵀm.
#pragma once

#include <cstdint>

namespace ctorch::normalized {

/// What a count of outputs must be a multiple of.
constexpr int64_t outputStep = 16;

/// The mask of a dropout, an element a bit (dropout_bits.h), and what is multiplied with; no bits where nothing is dropped.
struct KeptBits {
    const uint64_t* bits = nullptr;
    float scale = 1;
};

/// Words [begin, end) of a mask that begins with the stream's word `first`.
void draw(
    uint64_t* bits, int64_t first, int64_t begin, int64_t end, uint64_t seed, uint64_t stream, uint32_t threshold);

/// Drops the first `shift` bits of a mask, so that `words` words remain; it has one more, and another behind that.
void align(uint64_t* bits, int64_t words, int64_t shift);

/// Mean and 1/√(variance + eps) of each row, side by side.
void moments(const float* x, int64_t rows, int64_t width, float eps, float* statistics);

/// m ⊙ (gain ⊙ x̂ + shift) of rows [begin, end).
void normaliseRows(
    const float* x, float* out, int64_t begin, int64_t end, int64_t width, const float* statistics, const float* gain,
    const float* shift, KeptBits mask);

/// m ⊙ x̂ of rows [begin, end) and some columns.
void normalisePanel(
    const float* x, float* out, int64_t begin, int64_t end, int64_t width, int64_t column, int64_t columns,
    const float* statistics, KeptBits mask);

/// y + bias, and what is below zero cut off if `rectified`.
void finish(float* y, const float* bias, int64_t rows, int64_t width, bool rectified);

/// For 64 columns and every 64 rows a square of bits: the rows that take part, column by column.
/// Rows behind the last one take no part; columns behind the last one hold anything.
void chosenRows(
    const uint64_t* bits, int64_t rows, int64_t width, int64_t column, bool dropped, uint64_t* squares);

/// dY (rows×outputs) in the order in which `sumChosen` reads it: some outputs of all rows, then the next.
/// Rows that lay a power of two apart would push each other out of the cache.
void packOutputs(const float* rows, int64_t count, int64_t outputs, float* packed);

/// The sums of the chosen rows of a packed dY for up to 64 columns: outputs×columns, the outputs `stride` apart.
void sumChosen(
    const float* packed, int64_t count, int64_t outputs, const uint64_t* squares, int64_t columns, float* sums,
    int64_t stride);

/// Q from the sums of chosen rows, and from P and Q the gradients of some columns. `p` and `chosen` are
/// outputs×columns; `chosen` is nothing without dropout, where every row counts; `all` is the sum of all rows.
void combine(
    const float* p, const float* chosen, const float* all, bool dropped, float scale, const float* weight,
    const float* gain, const float* shift, int64_t outputs, int64_t columns, int64_t width, float* dWeight, float* dGain,
    float* dShift);

}  // namespace ctorch::normalized
