// FAISS comes as one archive, and parts of it that are not used here (principal components, additive quantisers) name
// routines that libtorch's LAPACK does not give to others. A second BLAS for their sake would compete with libtorch's: it
// computes the same products more slowly, and which of the two answers would depend on the order of loading. So these names
// end here. They are hidden, so that no library takes them for its own.
#include <cstdio>
#include <cstdlib>

namespace {

[[noreturn]] void stop(const char* name) {
    std::fprintf(stderr, "FAISS called %s, which Moments does not link\n", name);
    std::abort();
}

}  // namespace

#define CFAISS_UNUSED(name) \
    extern "C" __attribute__((visibility("hidden"))) int name(...) { stop(#name); }

CFAISS_UNUSED(ssyrk_)
CFAISS_UNUSED(sgetri_)
CFAISS_UNUSED(dgetri_)
CFAISS_UNUSED(dgesvd_)
CFAISS_UNUSED(sgesvd_)
CFAISS_UNUSED(dsyev_)
