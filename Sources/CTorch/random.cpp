// Random tensors and dropout from the counter-based generator of philox.h, on all of libtorch's threads.
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/native_dropout.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <numbers>

#include "bridge.h"
#include "kernels.h"
#include "philox.h"
#include "recording.h"

using namespace ctorch;

namespace {

/// Elements a thread takes at once; a multiple of the generator's batch.
constexpr int64_t grain = 1 << 15;
static_assert(grain % philox::batch == 0);

/// The bits of a bfloat16. libtorch's own type is no good here: clones of a function lose the inline functions it calls.
enum class Brain : uint16_t {};

CTORCH_INLINE float scaled(float x, float factor) { return x * factor; }
CTORCH_INLINE double scaled(double x, double factor) { return x * factor; }
CTORCH_INLINE Brain scaled(Brain x, float factor) {
    const float value = __builtin_bit_cast(float, static_cast<uint32_t>(x) << 16) * factor;
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    // To the nearest, halves to the even one.
    return static_cast<Brain>(value == value ? (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 : 0x7FC0);
}

/// What is dropped: elements whose number is below `threshold`. The first element here is the stream's element `first`.
struct Mask {
    uint64_t seed, stream;
    int64_t first;
    uint32_t threshold;
};

template <class Scalar, class Factor>
CTORCH_INLINE void maskAndScaleBatches(
    const Scalar* x, Scalar* y, int64_t begin, int64_t end, const Mask& mask, Factor scale) {
    uint32_t words[philox::batch];
    Factor factors[philox::batch];
    for (int64_t at = begin; at < end;) {
        const int64_t element = mask.first + at, skipped = element % philox::batch;
        philox::fill(mask.seed, mask.stream, static_cast<uint64_t>(element / philox::batch), words);
        // Factors first: a choice between x·scale and 0 becomes masked loads, which take longer than all the rest.
        for (int i = 0; i < philox::batch; ++i) factors[i] = words[i] >= mask.threshold ? scale : Factor(0);
        const int64_t count = std::min<int64_t>(philox::batch - skipped, end - at);
        if (count == philox::batch) {
            for (int i = 0; i < philox::batch; ++i) y[at + i] = scaled(x[at + i], factors[i]);
        } else {
            for (int i = 0; i < count; ++i) y[at + i] = scaled(x[at + i], factors[skipped + i]);
        }
        at += count;
    }
}

// Clones are made of plain functions, not of templates.
CTORCH_VECTORISED void maskAndScale(
    const float* x, float* y, int64_t begin, int64_t end, const Mask& mask, float scale) {
    maskAndScaleBatches(x, y, begin, end, mask, scale);
}

CTORCH_VECTORISED void maskAndScale(
    const double* x, double* y, int64_t begin, int64_t end, const Mask& mask, double scale) {
    maskAndScaleBatches(x, y, begin, end, mask, scale);
}

CTORCH_VECTORISED void maskAndScale(
    const Brain* x, Brain* y, int64_t begin, int64_t end, const Mask& mask, float scale) {
    maskAndScaleBatches(x, y, begin, end, mask, scale);
}

CTORCH_VECTORISED void uniform(
    float* y, int64_t begin, int64_t end, uint64_t seed, uint64_t stream, float low, float high) {
    uint32_t words[philox::batch];
    const float range = high - low;
    // Rounding may lead to `high` itself, which is not to be drawn.
    const float below = high > low ? std::nextafter(high, low) : low;
    for (int64_t at = begin; at < end; at += philox::batch) {
        philox::fill(seed, stream, static_cast<uint64_t>(at / philox::batch), words);
        const int64_t count = std::min<int64_t>(philox::batch, end - at);
        for (int64_t i = 0; i < count; ++i) {
            const float value = low + range * (static_cast<float>(words[i] >> 8) * 0x1p-24f);
            y[at + i] = value < high ? value : below;
        }
    }
}

void normal(float* y, int64_t begin, int64_t end, uint64_t seed, uint64_t stream, float mean, float deviation) {
    uint32_t words[philox::batch];
    float values[philox::batch];
    for (int64_t at = begin; at < end; at += philox::batch) {
        philox::fill(seed, stream, static_cast<uint64_t>(at / philox::batch), words);
        // Box and Muller: two uniform numbers give two Gaussian ones.
        constexpr int half = philox::batch / 2;
        for (int i = 0; i < half; ++i) {
            const double radius = std::sqrt(-2 * std::log((words[i] + 0.5) * 0x1p-32));
            const double angle = 2 * std::numbers::pi * words[half + i] * 0x1p-32;
            values[i] = static_cast<float>(radius * std::cos(angle));
            values[half + i] = static_cast<float>(radius * std::sin(angle));
        }
        const int64_t count = std::min<int64_t>(philox::batch, end - at);
        for (int64_t i = 0; i < count; ++i) y[at + i] = mean + deviation * values[i];
    }
}

template <class Fill>
at::Tensor random(CTInts shape, CTDType dtype, const Fill& fill) {
    auto result = at::empty(ints(shape), options(CTFloat32, -1));
    float* y = result.data_ptr<float>();
    parallel(result.numel(), grain, [&](int64_t begin, int64_t end) { fill(y, begin, end); });
    return result.to(scalarType(dtype));
}

/// A GPU has a counter-based generator of its own; seeded anew for every stream it is as reproducible. Which number an element
/// gets depends on the count of elements there, so that a part draws for the whole batch. What is recorded is seeded as a
/// whole.
at::Tensor droppedOnDevice(const at::Tensor& x, double rate, const CTDraw& draw) {
    if (!isRecording) seedGenerator(x.device(), draw.seed ^ (draw.stream * 0x9E3779B97F4A7C15ull));
    if (draw.rows == 0) return std::get<0>(at::native_dropout(x, rate, /*train=*/true));
    const auto all = at::ones({x.numel() / draw.rows * draw.total}, x.options().requires_grad(false));
    const auto kept = std::get<0>(at::native_dropout(all, rate, /*train=*/true));
    return at::mul(x, kept.narrow(0, firstElement(draw, x.numel()), x.numel()).view(x.sizes()));
}

at::Tensor masked(const at::Tensor& input, double rate, const CTDraw& draw) {
    const auto type = input.scalar_type();
    if (type == at::kHalf) return masked(input.to(at::kFloat), rate, draw).to(type);
    const auto x = input.contiguous();
    auto y = at::empty(x.sizes(), x.options());
    const Mask mask{
        draw.seed, draw.stream, firstElement(draw, x.numel()),
        static_cast<uint32_t>(std::min(rate * 0x1p32, 0x1p32 - 1))};
    const double scale = 1 / (1 - rate);
    const auto run = [&]<class Scalar, class Factor>(Scalar, Factor factor) {
        const auto* from = static_cast<const Scalar*>(x.const_data_ptr());
        auto* to = static_cast<Scalar*>(y.mutable_data_ptr());
        parallel(x.numel(), grain, [&](int64_t begin, int64_t end) { maskAndScale(from, to, begin, end, mask, factor); });
    };
    switch (type) {
        case at::kFloat: run(float{}, static_cast<float>(scale)); break;
        case at::kDouble: run(double{}, scale); break;
        case at::kBFloat16: run(Brain{}, static_cast<float>(scale)); break;
        default: TORCH_CHECK(false, "dropout needs a floating-point tensor, not ", type);
    }
    return y;
}

/// The mask is the same function of the draw in both directions.
struct Dropout : torch::autograd::Function<Dropout> {
    static at::Tensor forward(
        torch::autograd::AutogradContext* context, const at::Tensor& x, double rate, const std::vector<int64_t>& draw) {
        context->saved_data["rate"] = rate;
        context->saved_data["draw"] = draw;
        return masked(
            x, rate,
            {static_cast<uint64_t>(draw[0]), static_cast<uint64_t>(draw[1]), draw[2], draw[3], draw[4]});
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        // Through `apply` again, so that second derivatives exist too.
        return {
            Dropout::apply(
                gradients[0], context->saved_data["rate"].toDouble(), context->saved_data["draw"].toIntVector()),
            {}, {}};
    }
};

}  // namespace

extern "C" {

CTStatus ct_random_words(uint64_t seed, uint64_t stream, uint64_t block, uint32_t* out) {
    return guarded([&] {
        uint32_t words[philox::batch];
        philox::fill(seed, stream, block / philox::lanes, words);
        for (int i = 0; i < 4; ++i) out[i] = words[i * philox::lanes + block % philox::lanes];
    });
}

CTStatus ct_random_uniform(
    CTInts shape, double low, double high, uint64_t seed, uint64_t stream, CTDType dtype, CTTensor* out) {
    return produce(out, [&] {
        return random(shape, dtype, [=](float* y, int64_t begin, int64_t end) {
            uniform(y, begin, end, seed, stream, static_cast<float>(low), static_cast<float>(high));
        });
    });
}

CTStatus ct_random_normal(
    CTInts shape, double mean, double deviation, uint64_t seed, uint64_t stream, CTDType dtype, CTTensor* out) {
    return produce(out, [&] {
        return random(shape, dtype, [=](float* y, int64_t begin, int64_t end) {
            normal(y, begin, end, seed, stream, static_cast<float>(mean), static_cast<float>(deviation));
        });
    });
}

CTStatus ct_dropout(CTTensor x, double rate, CTDraw draw, CTTensor* out) {
    return produce(out, [&] {
        TORCH_CHECK(rate >= 0 && rate < 1, "dropout rate must lie in [0, 1), not ", rate);
        if (!x->tensor.is_cpu()) return droppedOnDevice(x->tensor, rate, draw);
        return Dropout::apply(
            x->tensor, rate,
            std::vector<int64_t>{
                static_cast<int64_t>(draw.seed), static_cast<int64_t>(draw.stream), draw.first, draw.rows, draw.total});
    });
}

}  // extern "C"
