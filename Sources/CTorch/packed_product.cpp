// Linear layers and convolutions for inference: products with packed weights, with bias, addition and activation in one pass.
//
// MKL packs the weight again at every call, and leaves bias and activation to passes of their own. Here weights lie in the
// order in which the kernel reads them. Convolutions read their inputs in place, channels last.
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <memory>
#include <vector>

#include "bridge.h"
#include "product_block.h"

using namespace ctorch;

namespace {

bool isPlain(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

/// Where the inputs of a convolution's outputs lie; a linear layer is one of 1×1×1 over a row of places.
struct Places {
    const float* data;
    /// Time, height, width of inputs, of outputs, of the kernel; steps and zeros before the first input.
    int64_t in[3], out[3], kernel[3], stride[3], padding[3];
    /// Numbers from one place to the next, and from one line to the next.
    int64_t channels, line;
    /// What is read beyond the border.
    const float* zeros;

    int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }

    /// Pointers for rows [first, first + rows) of the result, in tiles.
    void fill(const float** pointers, int64_t first, int64_t rows, int64_t tile) const {
        const int64_t taps = this->taps(), padded = (rows + tile - 1) / tile * tile;
        for (int64_t row = 0; row < padded; ++row) {
            // Rows that only fill the last tile repeat the last one.
            const int64_t index = first + std::min(row, rows - 1);
            const int64_t x = index % out[2] * stride[2] - padding[2], rest = index / out[2];
            const int64_t y = rest % out[1] * stride[1] - padding[1], t = rest / out[1] * stride[0] - padding[0];
            const float** place = pointers + row / tile * tile * taps + row % tile;
            for (int64_t a = t; a < t + kernel[0]; ++a) {
                for (int64_t b = y; b < y + kernel[1]; ++b) {
                    for (int64_t c = x; c < x + kernel[2]; ++c, place += tile) {
                        const bool inside = a >= 0 && a < in[0] && b >= 0 && b < in[1] && c >= 0 && c < in[2];
                        *place = inside ? data + (a * in[1] + b) * line + c * channels : zeros;
                    }
                }
            }
        }
    }
};

/// Rows of a block: their inputs should stay in the second cache while all panels pass by.
constexpr int64_t blockRows = 96;

void multiply(ProductBlock whole, const Places& places, const ProductKernel& kernel) {
    const int64_t panels = (whole.outputs + kernel.width - 1) / kernel.width;
    const int64_t tiles = (whole.rows + kernel.rows - 1) / kernel.rows;
    // Few rows are shared out by panels, so that all threads have work; many by rows.
    const bool byPanels = tiles < 16 && panels > 1;
    const int64_t step = byPanels ? whole.rows : blockRows;
    const auto work = [&](int64_t firstRow, int64_t lastRow, int64_t firstPanel, int64_t lastPanel) {
        std::unique_ptr<const float*[]> pointers(new const float*[(step + kernel.rows) * whole.taps]);
        for (int64_t row = firstRow; row < lastRow; row += step) {
            ProductBlock block = whole;
            block.rows = std::min(step, lastRow - row);
            places.fill(pointers.get(), row, block.rows, kernel.rows);
            block.inputs = pointers.get();
            block.out += row * block.outStep;
            if (block.addend) block.addend += row * block.addendStep;
            kernel.multiply(block, firstPanel, lastPanel);
        }
    };
    if (byPanels) {
        parallel(panels, std::max<int64_t>(1, panels / 16), [&](int64_t first, int64_t last) {
            work(0, whole.rows, first, last);
        });
    } else {
        parallel(whole.rows, blockRows, [&](int64_t first, int64_t last) { work(first, last, 0, panels); });
    }
}

void check(const at::Tensor& packed, int64_t outputs, int64_t inputs, const at::Tensor& bias) {
    const int64_t width = productKernel(outputs).width;
    TORCH_CHECK(
        isPlain(packed) && packed.numel() == (outputs + width - 1) / width * width * inputs,
        "the packed weight is none of ", outputs, " outputs and ", inputs, " inputs");
    TORCH_CHECK(isPlain(bias) && bias.numel() == outputs, "the bias does not fit");
}

}  // namespace

extern "C" {

CTStatus ct_pack_product(CTTensor weight, CTTensor* out) {
    return produce(out, [&] {
        const auto& w = weight->tensor;
        TORCH_CHECK(isPlain(w) && w.dim() == 2, "a packed weight is made of float32 on the CPU: outputs × inputs");
        const int64_t outputs = w.size(0), inputs = w.size(1), width = productKernel(outputs).width;
        const int64_t panels = (outputs + width - 1) / width;
        auto packed = at::zeros({panels * width * inputs}, w.options());
        const float* from = w.const_data_ptr<float>();
        float* to = packed.mutable_data_ptr<float>();
        for (int64_t row = 0; row < outputs; ++row) {
            float* place = to + row / width * width * inputs + row % width;
            for (int64_t k = 0; k < inputs; ++k) place[k * width] = from[row * inputs + k];
        }
        return packed;
    });
}

CTStatus ct_packed_linear(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend, int32_t activation, CTTensor* out) {
    return produce(out, [&] {
        const auto& input = x->tensor;
        const int64_t outputs = bias->tensor.numel(), depth = input.size(-1);
        const int64_t rows = depth > 0 ? input.numel() / depth : 0;
        TORCH_CHECK(isPlain(input), "the input of a packed product is float32 on the CPU without gaps");
        check(packed->tensor, outputs, depth, bias->tensor);
        auto shape = input.sizes().vec();
        shape.back() = outputs;
        TORCH_CHECK(
            !addend || (isPlain(addend->tensor) && addend->tensor.sizes() == at::IntArrayRef(shape)),
            "the addend does not have the result's shape");
        auto y = addend ? addend->tensor : at::empty(shape, input.options());
        if (rows == 0) return y;
        const float* sum = addend ? y.const_data_ptr<float>() : nullptr;
        const Places places{
            input.const_data_ptr<float>(), {1, 1, rows}, {1, 1, rows}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, depth,
            rows * depth, nullptr};
        multiply(
            {nullptr, rows, 1, depth, packed->tensor.const_data_ptr<float>(), outputs,
             bias->tensor.const_data_ptr<float>(), sum, outputs, y.mutable_data_ptr<float>(), outputs,
             static_cast<Activation>(activation)},
            places, productKernel(outputs));
        return y;
    });
}

CTStatus ct_direct_convolution(
    CTTensor x, CTTensor packed, CTTensor bias, CTTensor addend, CTInts kernel, CTInts stride, CTInts padding,
    int64_t depth, bool rectified, CTTensor* out) {
    return produce(out, [&] {
        const auto& input = x->tensor;
        TORCH_CHECK(
            isPlain(input) && input.dim() == 4, "the input of a convolution is T×H×W×C of float32 without gaps");
        TORCH_CHECK(kernel.count == 3 && stride.count == 3 && padding.count == 3, "three sizes are wanted");
        const int64_t outputs = bias->tensor.numel(), channels = input.size(3);
        // A place may read on into its neighbours to the right, which then count as channels.
        TORCH_CHECK(depth % channels == 0 && (depth == channels || padding.values[2] == 0), "the depth does not fit");
        const int64_t right = depth / channels - 1;
        std::vector<float> zeros(depth, 0.0f);
        Places places{};
        places.data = input.const_data_ptr<float>();
        places.channels = channels;
        places.line = input.size(2) * channels;
        places.zeros = zeros.data();
        std::vector<int64_t> shape;
        for (int i = 0; i < 3; ++i) {
            places.in[i] = input.size(i) - (i == 2 ? right : 0);
            places.kernel[i] = kernel.values[i];
            places.stride[i] = stride.values[i];
            places.padding[i] = padding.values[i];
            places.out[i] = (places.in[i] + 2 * padding.values[i] - kernel.values[i]) / stride.values[i] + 1;
            TORCH_CHECK(places.out[i] > 0, "the kernel is larger than its input");
            shape.push_back(places.out[i]);
        }
        TORCH_CHECK(right == 0 || places.kernel[2] == 1, "a deep place has no kernel in width");
        check(packed->tensor, outputs, places.taps() * depth, bias->tensor);
        shape.push_back(outputs);
        TORCH_CHECK(
            !addend || (isPlain(addend->tensor) && addend->tensor.sizes() == at::IntArrayRef(shape)),
            "the addend does not have the result's shape");
        auto y = addend ? addend->tensor : at::empty(shape, input.options());
        const float* sum = addend ? y.const_data_ptr<float>() : nullptr;
        multiply(
            {nullptr, places.out[0] * places.out[1] * places.out[2], places.taps(), depth,
             packed->tensor.const_data_ptr<float>(), outputs, bias->tensor.const_data_ptr<float>(), sum, outputs,
             y.mutable_data_ptr<float>(), outputs, rectified ? Activation::rectified : Activation::none},
            places, productKernel(outputs));
        return y;
    });
}

}  // extern "C"
