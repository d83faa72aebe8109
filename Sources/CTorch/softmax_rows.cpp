// Softmax with mask and dropout of one head's scores, in both directions; see softmax_rows.h.
#include "softmax_rows.h"

#include "kernels.h"

namespace {

constexpr int lanes = 16;

/// eˣ to about 1e-7 of itself, for x ≤ 0 or hardly above; 0 for what is below the smallest normal number, NaN for NaN.
CTORCH_INLINE float exponential(float x) {
    // Adding 1.5·2²³ rounds to a whole number and leaves it in the low bits.
    const float shifted = x * 1.44269504f + 12582912.0f;
    const float n = shifted - 12582912.0f;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r) * r + r + 1.0f;
    const float power = __builtin_bit_cast(float, (__builtin_bit_cast(uint32_t, shifted) + 127u) << 23);
    return x < -87.0f ? 0.0f : p * power;
}

/// −∞ for hidden keys and for the padding behind the last one.
CTORCH_INLINE void hide(float* row, const bool* visible, int64_t keys, int64_t width) {
    const float hidden = -__builtin_inff();
    if (visible) {
        for (int64_t j = 0; j < keys; ++j) row[j] = visible[j] ? row[j] : hidden;
    }
    for (int64_t j = keys; j < width; ++j) row[j] = hidden;
}

}  // namespace

namespace ctorch::softmax {

CTORCH_VECTORISED void forward(
    float* scores, int64_t rows, int64_t keys, int64_t width, Visible visible, float* logs, Dropping dropping) {
    const auto [threshold, scale, seed, stream, firstBatch] = dropping;
    uint32_t words[philox::batch];
    for (int64_t i = 0; i < rows; ++i) {
        float* row = scores + i * width;
        hide(row, visible.data ? visible.data + i * visible.rowStride : nullptr, keys, width);
        float greatest[lanes];
        for (int l = 0; l < lanes; ++l) greatest[l] = row[l];
        for (int64_t j = lanes; j < width; j += lanes) {
            // A NaN may get lost here; its exponential does not.
            for (int l = 0; l < lanes; ++l) greatest[l] = greatest[l] < row[j + l] ? row[j + l] : greatest[l];
        }
        float top = greatest[0];
        for (int l = 1; l < lanes; ++l) top = top < greatest[l] ? greatest[l] : top;
        float sums[lanes] = {};
        for (int64_t j = 0; j < width; j += lanes) {
            for (int l = 0; l < lanes; ++l) {
                const float value = exponential(row[j + l] - top);
                row[j + l] = value;
                sums[l] += value;
            }
        }
        float sum = 0;
        for (int l = 0; l < lanes; ++l) sum += sums[l];
        logs[i] = top + __builtin_logf(sum);
        const float factor = scale / sum;
        if (threshold == 0) {
            for (int64_t j = 0; j < width; ++j) row[j] *= factor;
            continue;
        }
        for (int64_t j = 0; j < width; j += step) {
            philox::fill(seed, stream, firstBatch + uint64_t(i * (width / step) + j / step), words);
            float factors[step];
            for (int l = 0; l < step; ++l) factors[l] = words[l] >= threshold ? factor : 0.0f;
            for (int l = 0; l < step; ++l) row[j + l] *= factors[l];
        }
    }
}

CTORCH_VECTORISED void backward(
    float* scores, float* gradients, float* factors, int64_t rows, int64_t keys, int64_t width, Visible visible,
    const float* logs, Dropping dropping, float temper) {
    const auto [threshold, scale, seed, stream, firstBatch] = dropping;
    uint32_t words[philox::batch];
    for (int64_t j = 0; j < width; ++j) factors[j] = scale;
    for (int64_t i = 0; i < rows; ++i) {
        float* row = scores + i * width;
        float* gradient = gradients + i * width;
        hide(row, visible.data ? visible.data + i * visible.rowStride : nullptr, keys, width);
        for (int64_t j = keys; j < width; ++j) gradient[j] = 0;
        if (threshold != 0) {
            for (int64_t j = 0; j < width; j += step) {
                philox::fill(seed, stream, firstBatch + uint64_t(i * (width / step) + j / step), words);
                for (int l = 0; l < step; ++l) factors[j + l] = words[l] >= threshold ? scale : 0.0f;
            }
        }
        const float log = logs[i];
        float sums[lanes] = {};
        for (int64_t j = 0; j < width; j += lanes) {
            for (int l = 0; l < lanes; ++l) {
                const float weight = exponential(row[j + l] - log);
                const float dropped = gradient[j + l] * factors[j + l];
                row[j + l] = weight;
                gradient[j + l] = dropped;
                sums[l] += dropped * weight;
            }
        }
        float sum = 0;
        for (int l = 0; l < lanes; ++l) sum += sums[l];
        for (int64_t j = 0; j < width; j += lanes) {
            for (int l = 0; l < lanes; ++l) {
                gradient[j + l] = (gradient[j + l] - sum) * row[j + l] * temper;
                row[j + l] *= factors[j + l];
            }
        }
    }
}

}  // namespace ctorch::softmax
