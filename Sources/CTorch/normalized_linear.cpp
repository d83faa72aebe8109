// Layer norm, dropout, linear and ReLU of features in one pass, for features that need no gradient themselves.
//
// With x̂ the normalised features, m the mask (0 or 1/(1 − rate)), γ and β the norm's scale and shift:
// y = (m ⊙ (γ ⊙ x̂ + β))·Wᵀ + b. Whoever asks for no gradient of x needs no product with W in the backward pass either. Of
// two matrices, P = dYᵀ(m ⊙ x̂) and Q = dYᵀm, everything follows: dW = γP + βQ, dγ = Σ_o W ⊙ P, dβ = Σ_o W ⊙ Q.
// P is a product; Q is a sum of rows of dY chosen by bits, the dropped ones taken from the sum of all where these are fewer.
// Nothing as large as x is ever written: a block of rows, or a panel of columns, stays in the cache.
#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/threshold_backward.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "blas.h"
#include "bridge.h"
#include "kernels.h"
#include "normalized_rows.h"

using namespace ctorch;
using namespace ctorch::normalized;

namespace {

/// Rows of a block of the forward pass, and of a panel of the backward pass.
constexpr int64_t blockRows = 128, panelRows = 512;
/// Columns of a panel; a multiple of 64.
constexpr int64_t panelColumns = 192;

/// Room that a thread keeps, so that the system need not give it anew every time.
float* room(int64_t count) {
    static thread_local std::vector<float> memory;
    if (static_cast<int64_t>(memory.size()) < count) memory.resize(count);
    return memory.data();
}

struct NormalizedLinear : torch::autograd::Function<NormalizedLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& gain, const at::Tensor& shift,
        const at::Tensor& weight, const at::Tensor& bias, double eps, double rate, int64_t seed, int64_t stream,
        int64_t before, bool rectified) {
        const int64_t width = x.size(-1), rows = x.numel() / width, outputs = weight.size(0);
        const float* from = x.const_data_ptr<float>();
        auto statistics = at::empty({rows, 2}, x.options());
        float* statistic = statistics.mutable_data_ptr<float>();
        KeptBits mask;
        at::Tensor bits;
        if (rate > 0) {
            const int64_t words = (x.numel() + 63) / 64;
            bits = at::empty({words + 2}, x.options().dtype(at::kLong));
            auto* word = reinterpret_cast<uint64_t*>(bits.mutable_data_ptr<int64_t>());
            word[words + 1] = 0;
            const auto threshold = static_cast<uint32_t>(std::min(rate * 0x1p32, 0x1p32 - 1));
            parallel(words + 1, 512, [&](int64_t begin, int64_t end) {
                draw(word, before / 64, begin, end, static_cast<uint64_t>(seed), static_cast<uint64_t>(stream), threshold);
            });
            align(word, words, before % 64);
            mask = {word, static_cast<float>(1 / (1 - rate))};
        }
        auto sizes = x.sizes().vec();
        sizes.back() = outputs;
        auto y = at::empty(sizes, x.options());
        float* to = y.mutable_data_ptr<float>();
        const float *scales = gain.const_data_ptr<float>(), *shifts = shift.const_data_ptr<float>();
        const auto prepare = [&](float* block, int64_t begin, int64_t end) {
            moments(from + begin * width, end - begin, width, static_cast<float>(eps), statistic + 2 * begin);
            normaliseRows(from, block, begin, end, width, statistic, scales, shifts, mask);
        };
        const auto multiply = [&](const float* block, int64_t begin, int64_t end) {
            product(
                'T', 'N', outputs, end - begin, width, 1, weight.const_data_ptr<float>(), width, block, width,
                to + begin * outputs, outputs);
            finish(to + begin * outputs, bias.const_data_ptr<float>(), end - begin, outputs, rectified);
        };
        if (rows <= blockRows) {
            // One product, on all threads.
            float* block = room(rows * width);
            parallel(rows, 16, [&](int64_t begin, int64_t end) { prepare(block + begin * width, begin, end); });
            multiply(block, 0, rows);
        } else {
            parallel((rows + blockRows - 1) / blockRows, 1, [&](int64_t first, int64_t last) {
                float* block = room(blockRows * width);
                for (int64_t place = first; place < last; ++place) {
                    const int64_t begin = place * blockRows, end = std::min(rows, begin + blockRows);
                    prepare(block, begin, end);
                    multiply(block, begin, end);
                }
            });
        }
        context->save_for_backward(
            {x, gain, shift, weight, statistics, bits, rectified ? y : at::Tensor()});
        context->saved_data["rate"] = rate;
        return y;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "features in one pass have no second derivatives; use float64");
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &gain = saved[1], &shift = saved[2], &weight = saved[3], &statistics = saved[4],
                   &bits = saved[5], &y = saved[6];
        const double rate = context->saved_data["rate"].toDouble();
        const int64_t width = x.size(-1), rows = x.numel() / width, outputs = weight.size(0);
        auto given = gradients[0].contiguous();
        if (y.defined()) given = at::threshold_backward(given, y, 0);
        given = given.reshape({rows, outputs});
        const auto dBias = at::sum(given, 0);
        auto dWeight = at::empty(weight.sizes(), weight.options());
        auto dGain = at::empty(gain.sizes(), gain.options()), dShift = at::empty(shift.sizes(), shift.options());
        KeptBits mask;
        if (bits.defined()) {
            mask = {
                reinterpret_cast<const uint64_t*>(bits.const_data_ptr<int64_t>()), static_cast<float>(1 / (1 - rate))};
        }
        // The fewer of both are added up.
        const bool dropped = !mask.bits || rate <= 0.5;
        const float *from = x.const_data_ptr<float>(), *dy = given.const_data_ptr<float>();
        float *changes = dWeight.mutable_data_ptr<float>(), *gains = dGain.mutable_data_ptr<float>(),
              *shifts = dShift.mutable_data_ptr<float>();
        at::Tensor packed;
        if (mask.bits) {
            packed = at::empty_like(given);
            packOutputs(dy, rows, outputs, packed.mutable_data_ptr<float>());
        }
        const int64_t squareRows = (rows + 63) / 64 * 64;
        parallel((width + panelColumns - 1) / panelColumns, 1, [&](int64_t first, int64_t last) {
            float* panel = room(panelRows * panelColumns + 2 * outputs * panelColumns);
            float* p = panel + panelRows * panelColumns;
            float* chosen = p + outputs * panelColumns;
            std::vector<uint64_t> squares(mask.bits ? squareRows : 0);
            for (int64_t place = first; place < last; ++place) {
                const int64_t column = place * panelColumns, columns = std::min(panelColumns, width - column);
                for (int64_t row = 0; row < rows; row += panelRows) {
                    const int64_t end = std::min(rows, row + panelRows);
                    normalisePanel(
                        from, panel, row, end, width, column, columns, statistics.const_data_ptr<float>(), mask);
                    product(
                        'N', 'T', columns, outputs, end - row, 1, panel, columns, dy + row * outputs, outputs, p, columns,
                        row == 0 ? 0.0f : 1.0f);
                }
                for (int64_t part = 0; mask.bits && part < columns; part += 64) {
                    chosenRows(mask.bits, rows, width, column + part, dropped, squares.data());
                    sumChosen(
                        packed.const_data_ptr<float>(), rows, outputs, squares.data(),
                        std::min<int64_t>(64, columns - part), chosen + part, columns);
                }
                combine(
                    p, mask.bits ? chosen : nullptr, dBias.const_data_ptr<float>(), dropped, mask.scale,
                    weight.const_data_ptr<float>() + column, gain.const_data_ptr<float>() + column,
                    shift.const_data_ptr<float>() + column, outputs, columns, width, changes + column, gains + column,
                    shifts + column);
            }
        });
        return {{}, dGain, dShift, dWeight, dBias, {}, {}, {}, {}, {}, {}};
    }
};

bool isReady(
    const at::Tensor& x, const at::Tensor& gain, const at::Tensor& shift, const at::Tensor& weight,
    const at::Tensor& bias) {
    const auto fits = [](const at::Tensor& t) {
        return t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous();
    };
    return hasProduct() && fits(x) && fits(gain) && fits(shift) && fits(weight) && fits(bias) && x.dim() > 0 &&
           x.numel() > 0 && weight.dim() == 2 && weight.size(0) % outputStep == 0 &&
           !(x.requires_grad() && c10::GradMode::is_enabled()) && !at::autocast::is_autocast_enabled(at::kCPU);
}

}  // namespace

extern "C" {

CTStatus ct_has_normalized_linear(
    CTTensor x, CTTensor gain, CTTensor shift, CTTensor weight, CTTensor bias, bool* out) {
    return guarded([&] { *out = isReady(x->tensor, gain->tensor, shift->tensor, weight->tensor, bias->tensor); });
}

CTStatus ct_normalized_linear(
    CTTensor x, CTTensor gain, CTTensor shift, CTTensor weight, CTTensor bias, double eps, double rate, CTDraw draw,
    bool rectified, CTTensor* out) {
    return produce(out, [&] {
        TORCH_CHECK(
            isReady(x->tensor, gain->tensor, shift->tensor, weight->tensor, bias->tensor),
            "float32 on the CPU, a multiple of 16 outputs, and features that need no gradient");
        TORCH_CHECK(rate >= 0 && rate < 1, "dropout rate must lie in [0, 1), not ", rate);
        const int64_t width = x->tensor.size(-1);
        TORCH_CHECK(
            gain->tensor.numel() == width && shift->tensor.numel() == width && weight->tensor.size(1) == width &&
                bias->tensor.numel() == weight->tensor.size(0),
            "the norm, the weight or the bias does not fit");
        return NormalizedLinear::apply(
            x->tensor, gain->tensor, shift->tensor, weight->tensor, bias->tensor, eps, rate,
            static_cast<int64_t>(draw.seed), static_cast<int64_t>(draw.stream), firstElement(draw, x->tensor.numel()),
            rectified);
    });
}

}  // extern "C"
