// Lets MKL use its AVX-512 kernels on every processor that has AVX-512.
//
// MKL, which is linked into libtorch, chooses its kernels by this function: on a processor that is not Intel's it takes those
// for AVX2, whatever the processor can do. On AMD's Zen 5 they reach less than half of its rate (2048³ in float32, one core:
// 99 against 221 GFLOP/s). The program's own definition takes precedence over the library's, because the dynamic linker
// looks into the program first. A libtorch without MKL never calls it.
//
// Where the processor lacks AVX-512, and where MOMENTS_MKL is `vendor`, the answer is what MKL's own would be.
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

bool hasAVX512() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

bool mayUseItsBestKernels() {
    if (isIntel()) return true;
    const char* choice = std::getenv("MOMENTS_MKL");
    return !(choice && std::strcmp(choice, "vendor") == 0) && hasAVX512();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int mkl_serv_intel_cpu_true(void) {
    static const bool answer = mayUseItsBestKernels();
    return answer;
}

#endif
