// What follows a matrix product while its results are still in the cache: bias, addition, activation.
#pragma once

#include <cstdint>

#include "kernels.h"

namespace ctorch {

/// The last step of a product, as the C interface numbers it.
enum class Activation : int32_t { none = 0, rectified = 1, quickGELU = 2 };

/// 1 / (1 + e⁻ˣ) to about 2e-7.
CTORCH_INLINE float sigmoid(float x) {
    // Beyond ±87 the exponential leaves float32's range, and the answer is 0 or 1 to the last bit that counts.
    const float bounded = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
    // e⁻ˣ = 2ⁿ·eʳ: adding 1.5·2²³ rounds to a whole number and leaves it in the low bits.
    const float shifted = bounded * -1.44269504f + 12582912.0f;
    const float n = shifted - 12582912.0f;
    const float r = (-bounded - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r) * r + r + 1.0f;
    return 1.0f / (1.0f + p * __builtin_bit_cast(float, (__builtin_bit_cast(uint32_t, shifted) + 127u) << 23));
}

/// One row of results in place, `count` columns: activation(value + addend). The addend may be the place of the results.
CTORCH_INLINE void finishRow(
    const float* values, const float* addend, Activation activation, float* out, int64_t count) {
    if (addend) {
        if (activation == Activation::rectified) {
            for (int64_t i = 0; i < count; ++i) {
                const float sum = values[i] + addend[i];
                // Not `max`: a NaN stays one.
                out[i] = sum < 0 ? 0 : sum;
            }
        } else {
            for (int64_t i = 0; i < count; ++i) out[i] = values[i] + addend[i];
        }
        if (activation == Activation::quickGELU) {
            for (int64_t i = 0; i < count; ++i) out[i] *= sigmoid(1.702f * out[i]);
        }
        return;
    }
    switch (activation) {
        case Activation::none:
            for (int64_t i = 0; i < count; ++i) out[i] = values[i];
            break;
        case Activation::rectified:
            for (int64_t i = 0; i < count; ++i) out[i] = values[i] < 0 ? 0 : values[i];
            break;
        case Activation::quickGELU:
            for (int64_t i = 0; i < count; ++i) out[i] = values[i] * sigmoid(1.702f * values[i]);
            break;
    }
}

}  // namespace ctorch
