// The loops of normalized_linear.cpp over rows and columns; see normalized_rows.h.
#include "normalized_rows.h"

#include "dropout_bits.h"
#include "kernels.h"

using namespace ctorch;
using namespace ctorch::normalized;

namespace {

constexpr int lanes = 16;
typedef float Lanes __attribute__((ext_vector_type(lanes), aligned(4)));

/// Part of a row, normalised and masked; with `gain` also scaled and shifted. `first` is its place in the mask.
CTORCH_INLINE void normalise(
    const float* x, float* out, int64_t count, const float* statistics, const float* gain, const float* shift, KeptBits mask,
    int64_t first) {
    const float factor = statistics[1], offset = -statistics[0] * factor;
    float factors[64];
    for (int i = 0; i < 64; ++i) factors[i] = mask.scale;
    for (int64_t at = 0; at < count; at += 64) {
        if (mask.bits) spread(keptFrom(mask.bits, first + at), mask.scale, factors);
        const int64_t part = count - at < 64 ? count - at : 64;
        const auto pass = [&](int64_t end) __attribute__((always_inline)) {
            for (int64_t i = 0; i < end; ++i) {
                const float value = x[at + i] * factor + offset;
                out[at + i] = (gain ? value * gain[at + i] + shift[at + i] : value) * factors[i];
            }
        };
        if (part == 64) pass(64); else pass(part);
    }
}

/// How many vectors of outputs are summed up at a time: as many as fit into the registers of AVX2.
CTORCH_INLINE int64_t chunkOf(int64_t outputs) { return outputs >= 6 * lanes ? 6 : outputs >= 4 * lanes ? 4 : 1; }

/// Adds, to each of the columns' `count` vectors of sums, the vectors of the rows that the bits choose.
template <int count>
CTORCH_INLINE void addRows(const float* rows, const uint64_t* square, int64_t columns, float* sums) {
    for (int64_t column = 0; column < columns; ++column) {
        uint64_t chosen = square[column];
        float* sum = sums + column * count * lanes;
        Lanes total[count];
#pragma clang loop unroll(full)
        for (int c = 0; c < count; ++c) __builtin_memcpy(&total[c], sum + c * lanes, sizeof(Lanes));
        for (; chosen != 0; chosen &= chosen - 1) {
            const float* row = rows + __builtin_ctzll(chosen) * count * lanes;
#pragma clang loop unroll(full)
            for (int c = 0; c < count; ++c) {
                Lanes value;
                __builtin_memcpy(&value, row + c * lanes, sizeof(Lanes));
                total[c] += value;
            }
        }
#pragma clang loop unroll(full)
        for (int c = 0; c < count; ++c) __builtin_memcpy(sum + c * lanes, &total[c], sizeof(Lanes));
    }
}

}  // namespace

namespace ctorch::normalized {

CTORCH_VECTORISED void moments(const float* x, int64_t rows, int64_t width, float eps, float* statistics) {
    for (int64_t row = 0; row < rows; ++row, x += width) {
        float sums[lanes] = {};
        int64_t j = 0;
        for (; j + lanes <= width; j += lanes) {
            for (int l = 0; l < lanes; ++l) sums[l] += x[j + l];
        }
        float mean = 0;
        for (int l = 0; l < lanes; ++l) mean += sums[l];
        for (int64_t tail = j; tail < width; ++tail) mean += x[tail];
        mean /= static_cast<float>(width);
        float squares[lanes] = {};
        for (j = 0; j + lanes <= width; j += lanes) {
            for (int l = 0; l < lanes; ++l) squares[l] += (x[j + l] - mean) * (x[j + l] - mean);
        }
        float variance = 0;
        for (int l = 0; l < lanes; ++l) variance += squares[l];
        for (int64_t tail = j; tail < width; ++tail) variance += (x[tail] - mean) * (x[tail] - mean);
        statistics[2 * row] = mean;
        statistics[2 * row + 1] = 1 / __builtin_sqrtf(variance / static_cast<float>(width) + eps);
    }
}

CTORCH_VECTORISED void normaliseRows(
    const float* x, float* out, int64_t begin, int64_t end, int64_t width, const float* statistics, const float* gain,
    const float* shift, KeptBits mask) {
    for (int64_t row = begin; row < end; ++row) {
        normalise(x + row * width, out + (row - begin) * width, width, statistics + 2 * row, gain, shift, mask, row * width);
    }
}

CTORCH_VECTORISED void normalisePanel(
    const float* x, float* out, int64_t begin, int64_t end, int64_t width, int64_t column, int64_t columns,
    const float* statistics, KeptBits mask) {
    for (int64_t row = begin; row < end; ++row) {
        normalise(
            x + row * width + column, out + (row - begin) * columns, columns, statistics + 2 * row, nullptr, nullptr, mask,
            row * width + column);
    }
}

CTORCH_VECTORISED void finish(float* y, const float* bias, int64_t rows, int64_t width, bool rectified) {
    for (int64_t row = 0; row < rows; ++row, y += width) {
        for (int64_t j = 0; j < width; ++j) {
            const float value = y[j] + bias[j];
            // In this order NaN stays NaN.
            y[j] = rectified && value < 0.0f ? 0.0f : value;
        }
    }
}

CTORCH_VECTORISED void draw(
    uint64_t* bits, int64_t first, int64_t begin, int64_t end, uint64_t seed, uint64_t stream, uint32_t threshold) {
    drawKept(bits, first, begin, end, seed, stream, threshold);
}

void align(uint64_t* bits, int64_t words, int64_t shift) {
    if (shift == 0) return;
    for (int64_t word = 0; word < words; ++word) bits[word] = keptFrom(bits + word, shift);
}

CTORCH_VECTORISED void chosenRows(
    const uint64_t* bits, int64_t rows, int64_t width, int64_t column, bool dropped, uint64_t* squares) {
    for (int64_t first = 0; first < rows; first += 64, squares += 64) {
        for (int64_t row = 0; row < 64; ++row) {
            const uint64_t kept = first + row < rows ? keptFrom(bits, (first + row) * width + column) : 0;
            squares[row] = first + row < rows ? (dropped ? ~kept : kept) : 0;
        }
        transposeBits(squares);
    }
}

CTORCH_VECTORISED void packOutputs(const float* rows, int64_t count, int64_t outputs, float* packed) {
    for (int64_t output = 0; output < outputs;) {
        const int64_t width = chunkOf(outputs - output) * lanes;
        for (int64_t row = 0; row < count; ++row) {
            const float* from = rows + row * outputs + output;
            float* to = packed + output * count + row * width;
            for (int64_t i = 0; i < width; ++i) to[i] = from[i];
        }
        output += width;
    }
}

CTORCH_VECTORISED void sumChosen(
    const float* packed, int64_t count, int64_t outputs, const uint64_t* squares, int64_t columns, float* sums,
    int64_t stride) {
    float totals[64 * 6 * lanes];
    for (int64_t output = 0; output < outputs;) {
        const int64_t chunk = chunkOf(outputs - output), width = chunk * lanes;
        for (int64_t i = 0; i < columns * width; ++i) totals[i] = 0;
        for (int64_t first = 0; first < count; first += 64) {
            const float* part = packed + output * count + first * width;
            switch (chunk) {
                case 6: addRows<6>(part, squares + first, columns, totals); break;
                case 4: addRows<4>(part, squares + first, columns, totals); break;
                default: addRows<1>(part, squares + first, columns, totals); break;
            }
        }
        for (int64_t i = 0; i < width; ++i) {
            for (int64_t column = 0; column < columns; ++column) {
                sums[(output + i) * stride + column] = totals[column * width + i];
            }
        }
        output += width;
    }
}

CTORCH_VECTORISED void combine(
    const float* p, const float* chosen, const float* all, bool dropped, float scale, const float* weight,
    const float* gain, const float* shift, int64_t outputs, int64_t columns, int64_t width, float* dWeight, float* dGain,
    float* dShift) {
    for (int64_t j = 0; j < columns; ++j) dGain[j] = dShift[j] = 0;
    for (int64_t output = 0; output < outputs; ++output) {
        const float *ps = p + output * columns, *weights = weight + output * width;
        float* changes = dWeight + output * width;
        const float total = all[output];
        for (int64_t j = 0; j < columns; ++j) {
            const float sum = chosen ? chosen[output * columns + j] : 0;
            const float q = (dropped ? total - sum : sum) * scale;
            changes[j] = gain[j] * ps[j] + shift[j] * q;
            dGain[j] += weights[j] * ps[j];
            dShift[j] += weights[j] * q;
        }
    }
}

}  // namespace ctorch::normalized
