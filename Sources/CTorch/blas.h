// Matrix products for the hand-written kernels, without a tensor a call.
#pragma once

#include <cstdint>

// libtorch's BLAS, with Fortran's conventions; missing where libtorch was built without one that it shares.
extern "C" __attribute__((weak)) void sgemm_(
    const char* transA, const char* transB, const int* m, const int* n, const int* k, const float* alpha, const float* a,
    const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc);

namespace ctorch {

/// Whether `product` can be called.
inline bool hasProduct() { return sgemm_ != nullptr; }

/// C (n×m, row by row) = alpha · op(B) · op(A) + beta · C, all row by row: what Fortran reads column by column as
/// C = op(A)·op(B).
inline void product(
    char transA, char transB, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t lda, const float* b,
    int64_t ldb, float* c, int64_t ldc, float beta = 0) {
    const int sizes[] = {int(m), int(n), int(k), int(lda), int(ldb), int(ldc)};
    sgemm_(
        &transA, &transB, &sizes[0], &sizes[1], &sizes[2], &alpha, a, &sizes[3], b, &sizes[4], &beta, c, &sizes[5]);
}

}  // namespace ctorch
