// The softmax of attention, with mask and dropout, over the rows of one head's scores.
#pragma once

#include <cstdint>

#include "philox.h"

namespace ctorch::softmax {

/// Rows are padded to a multiple of this, which is also how many random numbers come at once.
constexpr int64_t step = philox::batch;

/// Which keys the rows of one head may see: `bool`s, nothing where all.
struct Visible {
    const bool* data = nullptr;
    int64_t rowStride = 0;
};

/// What is dropped: numbers below `threshold`; the rest is multiplied by `scale`. Row after row of the padded scores takes the
/// stream's numbers from `firstBatch` on. A threshold of 0 drops nothing.
struct Dropping {
    uint32_t threshold;
    float scale;
    uint64_t seed, stream, firstBatch;
};

/// Softmax of each row in place, then dropout; `logs` gets the logarithms of the rows' sums of exponentials.
/// Rows have `keys` scores and are `width` apart.
void forward(
    float* scores, int64_t rows, int64_t keys, int64_t width, Visible visible, float* logs, Dropping dropping);

/// From scores to the weights after dropout (in place) and, in `gradients`, from those of these weights to those of the scores,
/// times `temper`. `factors` has room for a row.
void backward(
    float* scores, float* gradients, float* factors, int64_t rows, int64_t keys, int64_t width, Visible visible,
    const float* logs, Dropping dropping, float temper);

}  // namespace ctorch::softmax
