// Which kernels MKL takes for matrix products.
//
// The MKL inside libtorch asks these two functions whether the processor is Intel's, and keeps to older instructions where it
// is not: on an AMD processor with AVX-512 that halves the speed of every matrix product. The program's own definitions
// come before the library's, and answer what matters: whether the instructions are there. MKL then looks at the
// processor's features by itself. Set MOMENTS_MKL=vendor to have MKL's own choice back.
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__) && defined(__linux__)

static int hasWideVectors() {
    static const int answer = [] {
        const char* choice = std::getenv("MOMENTS_MKL");
        if (choice != nullptr && std::strcmp(choice, "vendor") == 0) return __builtin_cpu_is("intel") ? 1 : 0;
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
    }();
    return answer;
}

extern "C" {
__attribute__((visibility("default"), used)) int mkl_serv_intel_cpu(void) { return hasWideVectors(); }
__attribute__((visibility("default"), used)) int mkl_serv_intel_cpu_true(void) { return hasWideVectors(); }
}

#endif
