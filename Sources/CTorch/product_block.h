// The inner part of products with weights that were packed before: a block of rows times panels of columns.
//
// A row's inputs are given by pointers, one for each tap. A linear layer has one tap; a convolution has one for each place of
// its kernel, and so is a product without its inputs ever being copied together.
#pragma once

#include "epilogue.h"

namespace ctorch {

/// Rows that are worked through together, and everything that they need.
struct ProductBlock {
    /// For each tile of rows, each tap, each row: where its `depth` inputs lie.
    const float* const* inputs;
    int64_t rows, taps, depth;
    /// Panels of columns: taps × depth × the panel's width, rows of the transposed weight.
    const float* weights;
    int64_t outputs;
    const float* bias;
    /// `rows` × outputs with a step of its own; may be null, and may be `out`.
    const float* addend;
    int64_t addendStep;
    float* out;
    int64_t outStep;
    Activation activation;
};

/// A tile of sums: `rows` × `vectors` registers of `lanes` numbers; a panel is `width` columns wide.
template <int lanes, int rows, int vectors, int width>
CTORCH_INLINE void multiplyTile(
    const float* const* inputs, int64_t taps, int64_t depth, const float* weights, const float* bias, float* tile) {
    typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
    Vector sums[rows][vectors];
    for (int v = 0; v < vectors; ++v) {
        for (int r = 0; r < rows; ++r) sums[r][v] = *reinterpret_cast<const Vector*>(bias + v * lanes);
    }
    for (int64_t tap = 0; tap < taps; ++tap, inputs += rows) {
        const float* row[rows];
        for (int r = 0; r < rows; ++r) row[r] = inputs[r];
        for (int64_t k = 0; k < depth; ++k, weights += width) {
            Vector w[vectors];
            for (int v = 0; v < vectors; ++v) w[v] = *reinterpret_cast<const Vector*>(weights + v * lanes);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; ++r) {
                for (int v = 0; v < vectors; ++v) sums[r][v] += row[r][k] * w[v];
            }
        }
    }
    for (int r = 0; r < rows; ++r) {
        for (int v = 0; v < vectors; ++v) *reinterpret_cast<Vector*>(tile + r * width + v * lanes) = sums[r][v];
    }
}

/// Panels `first` to `last` of a block.
template <int lanes, int rows, int vectors>
CTORCH_INLINE void multiplyBlock(const ProductBlock& block, int64_t first, int64_t last) {
    constexpr int width = vectors * lanes;
    alignas(64) float tile[rows * width];
    alignas(64) float bias[width];
    for (int64_t panel = first; panel < last; ++panel) {
        const int64_t column = panel * width, columns = std::min<int64_t>(width, block.outputs - column);
        const float* weights = block.weights + column * block.taps * block.depth;
        for (int64_t i = 0; i < width; ++i) bias[i] = block.bias && i < columns ? block.bias[column + i] : 0;
        for (int64_t start = 0; start < block.rows; start += rows) {
            const auto inputs = block.inputs + start * block.taps;
            if (columns > lanes) {
                multiplyTile<lanes, rows, vectors, width>(inputs, block.taps, block.depth, weights, bias, tile);
            } else {
                multiplyTile<lanes, rows, 1, width>(inputs, block.taps, block.depth, weights, bias, tile);
            }
            const int64_t count = std::min<int64_t>(rows, block.rows - start);
            for (int64_t r = 0; r < count; ++r) {
                float* out = block.out + (start + r) * block.outStep + column;
                const float* addend =
                    block.addend ? block.addend + (start + r) * block.addendStep + column : nullptr;
                // A count that the compiler knows makes the usual case fast.
                if (columns == width) {
                    finishRow(tile + r * width, addend, block.activation, out, width);
                } else {
                    finishRow(tile + r * width, addend, block.activation, out, columns);
                }
            }
        }
    }
}

/// A version of the code for one kind of processor.
struct ProductKernel {
    /// Columns of a panel, and rows of a tile.
    int64_t width, rows;
    void (*multiply)(const ProductBlock&, int64_t first, int64_t last);
};

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))) inline void multiply512(
    const ProductBlock& block, int64_t first, int64_t last) {
    multiplyBlock<16, 8, 2>(block, first, last);
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))) inline void multiply512Narrow(
    const ProductBlock& block, int64_t first, int64_t last) {
    multiplyBlock<8, 12, 1>(block, first, last);
}

__attribute__((target("avx2,fma"))) inline void multiply256(const ProductBlock& block, int64_t first, int64_t last) {
    multiplyBlock<8, 6, 2>(block, first, last);
}

__attribute__((target("avx2,fma"))) inline void multiply256Narrow(
    const ProductBlock& block, int64_t first, int64_t last) {
    multiplyBlock<8, 12, 1>(block, first, last);
}
#endif

inline void multiply128(const ProductBlock& block, int64_t first, int64_t last) {
    multiplyBlock<4, 6, 2>(block, first, last);
}

/// The version for this processor and so many outputs.
inline ProductKernel productKernel(int64_t outputs) {
#if defined(__x86_64__)
    // Few outputs would leave most of a wide register empty.
    if (__builtin_cpu_supports("x86-64-v4")) {
        return outputs <= 8 ? ProductKernel{8, 12, multiply512Narrow} : ProductKernel{32, 8, multiply512};
    }
    if (__builtin_cpu_supports("x86-64-v3")) {
        return outputs <= 8 ? ProductKernel{8, 12, multiply256Narrow} : ProductKernel{16, 6, multiply256};
    }
#endif
    return {8, 6, multiply128};
}

}  // namespace ctorch
