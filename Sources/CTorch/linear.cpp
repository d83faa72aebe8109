// The matrix product of linear layers, on the faster of libtorch's two libraries for it.
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>

#include "bridge.h"

using namespace ctorch;

namespace {

/// MKL, which libtorch multiplies matrices with, has AVX-512 kernels for Intel's processors alone. oneDNN, which it
/// convolves with, has them for all: on others it needs half the time.
bool convolutionIsFaster() {
#if defined(__x86_64__)
    static const bool faster = [] {
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx512f") && !__builtin_cpu_is("intel");
    }();
    return faster;
#else
    return false;
#endif
}

bool isPlain(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

bool suitsConvolution(const at::Tensor& x, const at::Tensor& weight) {
    if (!convolutionIsFaster() || !isPlain(x) || !isPlain(weight) || at::autocast::is_autocast_enabled(at::kCPU)) {
        return false;
    }
    if (x.dim() < 2 || x.dim() > 3 || weight.dim() != 2 || x.size(-1) != weight.size(1) || x.numel() == 0) return false;
    // Below this the product is over before a convolution has begun.
    constexpr int64_t leastWork = 1 << 20;
    if (x.numel() * weight.size(0) < leastWork || x.numel() / x.size(-1) < 16) return false;
    // libtorch has a kernel of its own for a few images on one thread.
    return at::get_num_threads() > 1 || (x.dim() == 3 && x.size(0) >= 16);
}

/// The rows are the pixels of an image whose channels lie last, and the product is a 1×1 convolution of it.
at::Tensor convolved(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
    const auto rows = x.contiguous();
    const auto image = (x.dim() == 2 ? rows.unsqueeze(0) : rows).transpose(1, 2).unsqueeze(2);
    const auto kernel = weight.reshape({weight.size(0), weight.size(1), 1, 1});
    const auto product = at::convolution(
        image, kernel, bias, {1, 1}, {0, 0}, {1, 1}, /*transposed=*/false, {0, 0}, /*groups=*/1);
    const auto result = product.squeeze(2).transpose(1, 2);
    return x.dim() == 2 ? result.squeeze(0) : result;
}

}  // namespace

extern "C" {

CTStatus ct_linear(CTTensor x, CTTensor weight, CTTensor bias, CTTensor* out) {
    return produce(out, [&] {
        return suitsConvolution(x->tensor, weight->tensor) ? convolved(x->tensor, weight->tensor, optional(bias))
                                                           : at::linear(x->tensor, weight->tensor, optional(bias));
    });
}

}  // extern "C"
