// Lets MKL use its best kernels on every processor that has AVX2.
//
// MKL, which is linked into libtorch, chooses its kernels by this function: on a processor that is not Intel's it takes those
// for AMD's first Zen, whatever the processor can do. On Zen 5 they reach less than half of the rate of those for AVX-512
// (2048³ in float32, one core: 99 against 221 GFLOP/s). On Zen 3, which has AVX2 alone, large products take the same time
// with either, but the long and narrow ones of a training step, and small ones, take up to half with the others (2400×96 by
// 96×2818, one core: 50 against 87 GFLOP/s). The program's own definition takes precedence over the library's, because the
// dynamic linker looks into the program first. A libtorch without MKL never calls it.
//
// Where the processor lacks AVX2, and where MOMENTS_MKL is `vendor`, the answer is what MKL's own would be.
#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>

#include <cstdlib>
#include <cstring>

namespace {

bool isIntel() {
    unsigned int level = 0, words[3] = {};
    // The name's parts come in this order.
    if (!__get_cpuid(0, &level, &words[0], &words[2], &words[1])) return false;
    return std::memcmp(words, "GenuineIntel", sizeof words) == 0;
}

bool hasAVX2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool mayUseItsBestKernels() {
    if (isIntel()) return true;
    const char* choice = std::getenv("MOMENTS_MKL");
    return !(choice && std::strcmp(choice, "vendor") == 0) && hasAVX2();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int mkl_serv_intel_cpu_true(void) {
    static const bool answer = mayUseItsBestKernels();
    return answer;
}

#endif
