// Products of small whole numbers: activations of 7 bits without a sign times weights of 7 bits with one, exact in 32 bits.
//
// Why 7 bits and not 8: AVX2 adds pairs of products in 16 bits and saturates. Two pairs of 127·63 still fit, so that every
// processor finds the same sums; features do not depend on the machine.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ctorch {

/// The greatest activation, and the greatest weight by amount.
constexpr int greatestActivation = 127, greatestWeight = 63;
/// Columns of a panel. Numbers that stand together for one column; the depth is a multiple of twice as many.
constexpr int64_t integerWidth = 16, integerGroup = 4, integerDepth = 8;

/// Rows × depth of activations, and panels of weights: depth/4 × 16 columns × 4.
struct IntegerBlock {
    const uint8_t* inputs;
    int64_t rows, depth;
    const int8_t* weights;
    /// Sums of one panel or of two, side by side: rows × 32.
    int32_t* sums;
};

/// How many panels a call takes at most; it gets 1 or that many.
struct IntegerKernel {
    const char* name;
    int64_t panels;
    void (*multiply)(const IntegerBlock&, int64_t panels);
};

constexpr int64_t integerSumStep = 32;

CTORCH_INLINE void multiplyIntegersPlainly(const IntegerBlock& block) {
    for (int64_t r = 0; r < block.rows; ++r) {
        int32_t sums[integerWidth] = {};
        const uint8_t* x = block.inputs + r * block.depth;
        const int8_t* w = block.weights;
        for (int64_t k = 0; k < block.depth; k += integerGroup, w += integerWidth * integerGroup) {
            for (int64_t column = 0; column < integerWidth; ++column) {
                for (int64_t i = 0; i < integerGroup; ++i) {
                    sums[column] += int32_t(x[k + i]) * int32_t(w[column * integerGroup + i]);
                }
            }
        }
        std::memcpy(block.sums + r * integerSumStep, sums, sizeof sums);
    }
}

inline void multiplyIntegers(const IntegerBlock& block, int64_t) { multiplyIntegersPlainly(block); }

#if defined(__x86_64__)

/// Four numbers of an activation row in every lane.
CTORCH_INLINE int32_t fourOf(const uint8_t* x) {
    int32_t four;
    std::memcpy(&four, x, sizeof four);
    return four;
}

template <int rows>
__attribute__((target("avx2"), always_inline)) inline void multiplyIntegers256(
    const uint8_t* inputs, int64_t depth, const int8_t* weights, int32_t* sums) {
    __m256i left[rows], right[rows];
    for (int r = 0; r < rows; ++r) left[r] = right[r] = _mm256_setzero_si256();
    const __m256i ones = _mm256_set1_epi16(1);
    for (int64_t k = 0; k < depth; k += integerDepth, weights += integerDepth * integerWidth) {
        const auto w = reinterpret_cast<const __m256i*>(weights);
        const __m256i w0 = _mm256_load_si256(w), w1 = _mm256_load_si256(w + 1);
        const __m256i w2 = _mm256_load_si256(w + 2), w3 = _mm256_load_si256(w + 3);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; ++r) {
            const __m256i a = _mm256_set1_epi32(fourOf(inputs + r * depth + k));
            const __m256i b = _mm256_set1_epi32(fourOf(inputs + r * depth + k + integerGroup));
            const __m256i l = _mm256_add_epi16(_mm256_maddubs_epi16(a, w0), _mm256_maddubs_epi16(b, w2));
            const __m256i m = _mm256_add_epi16(_mm256_maddubs_epi16(a, w1), _mm256_maddubs_epi16(b, w3));
            left[r] = _mm256_add_epi32(left[r], _mm256_madd_epi16(l, ones));
            right[r] = _mm256_add_epi32(right[r], _mm256_madd_epi16(m, ones));
        }
    }
    for (int r = 0; r < rows; ++r) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + r * integerSumStep), left[r]);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + r * integerSumStep + 8), right[r]);
    }
}

__attribute__((target("avx2"))) inline void multiplyIntegersAVX2(const IntegerBlock& block, int64_t) {
    int64_t row = 0;
    for (; row + 5 <= block.rows; row += 5) {
        multiplyIntegers256<5>(
            block.inputs + row * block.depth, block.depth, block.weights, block.sums + row * integerSumStep);
    }
    for (; row < block.rows; ++row) {
        multiplyIntegers256<1>(
            block.inputs + row * block.depth, block.depth, block.weights, block.sums + row * integerSumStep);
    }
}

template <int rows, int panels>
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"), always_inline)) inline void
multiplyIntegers512(const uint8_t* inputs, int64_t depth, const int8_t* weights, int32_t* sums) {
    __m512i total[rows][panels];
    for (int r = 0; r < rows; ++r) {
        for (int p = 0; p < panels; ++p) total[r][p] = _mm512_setzero_si512();
    }
    for (int64_t k = 0; k < depth; k += integerGroup, weights += integerGroup * integerWidth) {
        __m512i w[panels];
        for (int p = 0; p < panels; ++p) w[p] = _mm512_load_si512(weights + p * integerWidth * depth);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; ++r) {
            const __m512i a = _mm512_set1_epi32(fourOf(inputs + r * depth + k));
            for (int p = 0; p < panels; ++p) total[r][p] = _mm512_dpbusd_epi32(total[r][p], a, w[p]);
        }
    }
    for (int r = 0; r < rows; ++r) {
        for (int p = 0; p < panels; ++p) {
            _mm512_storeu_si512(sums + r * integerSumStep + p * integerWidth, total[r][p]);
        }
    }
}

template <int panels>
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"), always_inline)) inline void
multiplyIntegersInTiles(const IntegerBlock& block) {
    int64_t row = 0;
    for (; row + 8 <= block.rows; row += 8) {
        multiplyIntegers512<8, panels>(
            block.inputs + row * block.depth, block.depth, block.weights, block.sums + row * integerSumStep);
    }
    for (; row < block.rows; ++row) {
        multiplyIntegers512<1, panels>(
            block.inputs + row * block.depth, block.depth, block.weights, block.sums + row * integerSumStep);
    }
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))) inline void multiplyIntegersVNNI(
    const IntegerBlock& block, int64_t panels) {
    if (panels == 2) {
        multiplyIntegersInTiles<2>(block);
    } else {
        multiplyIntegersInTiles<1>(block);
    }
}

#endif

/// The version for this processor.
inline IntegerKernel integerKernel() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vnni")) {
        return {"AVX-512 VNNI", 2, multiplyIntegersVNNI};
    }
    if (__builtin_cpu_supports("x86-64-v3")) return {"AVX2", 1, multiplyIntegersAVX2};
#endif
    return {"plain", 1, multiplyIntegers};
}

}  // namespace ctorch
