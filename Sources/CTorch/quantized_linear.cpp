// Linear layers in whole numbers of 7 bits: about two and a half times as fast as in float32, and not as exact.
//
// A weight has one scale for each output, an activation one scale and one offset for each row, found as the row comes:
// x ≈ least + scale·u. So x·Wᵀ ≈ rowScale·columnScale·(u·Wᵢᵀ) + least·(sum of the weight's row).
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <memory>

#include "bridge.h"
#include "epilogue.h"
#include "integer_block.h"

using namespace ctorch;

namespace {

bool isPlain(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

int64_t roundedUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

/// Rows that are worked through together: they and their sums stay in the second cache.
constexpr int64_t blockRows = 40;

CTORCH_VECTORISED void quantizeRow(const float* row, int64_t count, uint8_t* out, float* scale, float* least) {
    constexpr int lanes = 16;
    float low[lanes], high[lanes];
    for (int l = 0; l < lanes; ++l) low[l] = high[l] = row[0];
    int64_t k = 0;
    for (; k + lanes <= count; k += lanes) {
        for (int l = 0; l < lanes; ++l) {
            low[l] = low[l] < row[k + l] ? low[l] : row[k + l];
            high[l] = high[l] > row[k + l] ? high[l] : row[k + l];
        }
    }
    for (; k < count; ++k) {
        low[0] = low[0] < row[k] ? low[0] : row[k];
        high[0] = high[0] > row[k] ? high[0] : row[k];
    }
    for (int l = 1; l < lanes; ++l) {
        low[0] = low[0] < low[l] ? low[0] : low[l];
        high[0] = high[0] > high[l] ? high[0] : high[l];
    }
    const float range = high[0] - low[0], first = low[0];
    const float factor = range > 0 ? greatestActivation / range : 0;
    for (int64_t i = 0; i < count; ++i) {
        // NaN and infinity have no place here; they come out as some number, and as NaN by the scale.
        const float value = (row[i] - first) * factor + 0.5f;
        out[i] = static_cast<uint8_t>(value > 0 ? (value < greatestActivation ? int(value) : greatestActivation) : 0);
    }
    *scale = range / greatestActivation;
    *least = first;
}

/// Where sums of some rows and columns go, and what is done to them on the way.
struct Finish {
    const int32_t* sums;
    const float *scales, *totals, *bias;
    /// Of each row.
    const float *rowScales, *least;
    const float* addend;
    float* out;
    /// From one row of results to the next.
    int64_t step;
    Activation activation;
};

CTORCH_INLINE void finishColumns(const Finish& task, int64_t rows, int64_t first, int64_t count) {
    float values[integerWidth];
    for (int64_t r = 0; r < rows; ++r) {
        const int32_t* sums = task.sums + r * integerSumStep + first;
        const float rowScale = task.rowScales[r], least = task.least[r];
        for (int64_t i = 0; i < count; ++i) {
            const int64_t c = first + i;
            values[i] = float(sums[i]) * (rowScale * task.scales[c]) + (least * task.totals[c] + task.bias[c]);
        }
        const int64_t place = r * task.step + first;
        finishRow(values, task.addend ? task.addend + place : nullptr, task.activation, task.out + place, count);
    }
}

/// Sums to results.
CTORCH_VECTORISED void finish(const Finish& task, int64_t rows, int64_t columns) {
    for (int64_t first = 0; first < columns; first += integerWidth) {
        // A count that the compiler knows makes the usual case fast.
        if (columns - first >= integerWidth) {
            finishColumns(task, rows, first, integerWidth);
        } else {
            finishColumns(task, rows, first, columns - first);
        }
    }
}

/// Weight bytes, then for each column its scale and the sum of its weights.
struct Packed {
    const int8_t* weights;
    const float* scales;
    const float* totals;
    int64_t depth, panels;

    static int64_t bytes(int64_t outputs, int64_t inputs) {
        const int64_t columns = roundedUp(outputs, integerWidth);
        return columns * (roundedUp(inputs, integerDepth) + 2 * int64_t(sizeof(float)));
    }

    Packed(const uint8_t* data, int64_t outputs, int64_t inputs)
        : weights(reinterpret_cast<const int8_t*>(data)), depth(roundedUp(inputs, integerDepth)),
          panels(roundedUp(outputs, integerWidth) / integerWidth) {
        scales = reinterpret_cast<const float*>(data + panels * integerWidth * depth);
        totals = scales + panels * integerWidth;
    }
};

struct QuantizedProduct {
    const float* input;
    int64_t rows, inputs, outputs;
    Packed packed;
    const float* bias;
    const float* addend;
    float* out;
    Activation activation;
    IntegerKernel kernel;

    void run(int64_t firstRow, int64_t lastRow, int64_t firstPanel, int64_t lastPanel) const {
        const int64_t depth = packed.depth;
        // A gap behind the last row of bytes, as activations are read by fours.
        std::unique_ptr<uint8_t[]> bytes(new uint8_t[blockRows * depth]());
        std::unique_ptr<int32_t[]> sums(new int32_t[blockRows * integerSumStep]);
        float scales[blockRows], least[blockRows];
        for (int64_t start = firstRow; start < lastRow; start += blockRows) {
            const int64_t count = std::min(blockRows, lastRow - start);
            for (int64_t r = 0; r < count; ++r) {
                quantizeRow(
                    input + (start + r) * inputs, inputs, bytes.get() + r * depth, &scales[r], &least[r]);
            }
            for (int64_t panel = firstPanel; panel < lastPanel;) {
                const int64_t panels = lastPanel - panel >= kernel.panels ? kernel.panels : 1;
                const int64_t column = panel * integerWidth;
                const int64_t columns = std::min(panels * integerWidth, outputs - column);
                kernel.multiply({bytes.get(), count, depth, packed.weights + column * depth, sums.get()}, panels);
                const int64_t place = start * outputs + column;
                finish(
                    {sums.get(), packed.scales + column, packed.totals + column, bias + column, scales, least,
                     addend ? addend + place : nullptr, out + place, outputs, activation},
                    count, columns);
                panel += panels;
            }
        }
    }
};

}  // namespace

extern "C" {

CTStatus ct_integer_kernel(const char** name) {
    return guarded([&] { *name = integerKernel().name; });
}

CTStatus ct_quantize_weight(CTTensor weight, CTTensor* out) {
    return produce(out, [&] {
        const auto& w = weight->tensor;
        TORCH_CHECK(isPlain(w) && w.dim() == 2, "a quantized weight is made of float32 on the CPU: outputs × inputs");
        const int64_t outputs = w.size(0), inputs = w.size(1);
        TORCH_CHECK(inputs <= (1 << 17), "sums of ", inputs, " products leave 32 bits");
        auto packed = at::zeros({Packed::bytes(outputs, inputs)}, w.options().dtype(at::kByte));
        auto* data = packed.mutable_data_ptr<uint8_t>();
        const Packed layout(data, outputs, inputs);
        auto* bytes = reinterpret_cast<int8_t*>(data);
        auto* scales = const_cast<float*>(layout.scales);
        auto* totals = const_cast<float*>(layout.totals);
        const float* from = w.const_data_ptr<float>();
        for (int64_t row = 0; row < outputs; ++row, from += inputs) {
            float greatest = 0;
            for (int64_t k = 0; k < inputs; ++k) greatest = std::max(greatest, std::abs(from[k]));
            const float scale = greatest / greatestWeight;
            int8_t* column = bytes + row / integerWidth * integerWidth * layout.depth;
            int64_t total = 0;
            for (int64_t k = 0; k < inputs; ++k) {
                const int value = scale > 0 ? int(std::lrint(from[k] / scale)) : 0;
                column[(k / integerGroup * integerWidth + row % integerWidth) * integerGroup + k % integerGroup] =
                    static_cast<int8_t>(value);
                total += value;
            }
            scales[row] = scale;
            totals[row] = scale * float(total);
        }
        return packed;
    });
}

CTStatus ct_quantized_linear(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend, int32_t activation, CTTensor* out) {
    return produce(out, [&] {
        const auto& input = x->tensor;
        const int64_t outputs = bias->tensor.numel(), inputs = input.size(-1);
        const int64_t rows = inputs > 0 ? input.numel() / inputs : 0;
        TORCH_CHECK(isPlain(input) && isPlain(bias->tensor), "a quantized layer takes float32 on the CPU without gaps");
        TORCH_CHECK(
            packed->tensor.scalar_type() == at::kByte && packed->tensor.numel() == Packed::bytes(outputs, inputs),
            "the quantized weight is none of ", outputs, " outputs and ", inputs, " inputs");
        auto shape = input.sizes().vec();
        shape.back() = outputs;
        TORCH_CHECK(
            !addend || (isPlain(addend->tensor) && addend->tensor.sizes() == at::IntArrayRef(shape)),
            "the addend does not have the result's shape");
        auto y = addend ? addend->tensor : at::empty(shape, input.options());
        if (rows == 0) return y;
        const QuantizedProduct product{
            input.const_data_ptr<float>(), rows, inputs, outputs,
            Packed(packed->tensor.const_data_ptr<uint8_t>(), outputs, inputs), bias->tensor.const_data_ptr<float>(),
            addend ? y.const_data_ptr<float>() : nullptr, y.mutable_data_ptr<float>(),
            static_cast<Activation>(activation), integerKernel()};
        const int64_t panels = product.packed.panels;
        // Few rows are shared out by panels, so that all threads have work; many by rows.
        if (rows <= 2 * blockRows) {
            parallel(panels, std::max<int64_t>(2, panels / 16 * 2), [&](int64_t first, int64_t last) {
                product.run(0, rows, first, last);
            });
        } else {
            parallel(rows, blockRows, [&](int64_t first, int64_t last) { product.run(first, last, 0, panels); });
        }
        return y;
    });
}

}  // extern "C"
