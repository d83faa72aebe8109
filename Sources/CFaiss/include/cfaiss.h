/// A C interface to the part of FAISS that Moments needs: an inverted file whose lists hold compressed vectors, compared
/// by inner product.
///
/// Rules, the same for every function:
/// - It returns 0, or 1 when it failed. Then `cfaiss_last_error()` gives the message, which belongs to the calling thread and
///   lives until that thread's next failure.
/// - Results come through the out-parameters at the end. A `CFaissIndex` handed out goes back through `cfaiss_free`. Nothing is
///   handed out when the call failed.
/// - Arguments are borrowed. Vectors are rows of 32-bit floats, one after the other.
#ifndef CFAISS_H
#define CFAISS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An owned faiss::IndexIVFPQ.
typedef struct CFaissIndexBox* CFaissIndex;
typedef int32_t CFaissStatus;

const char* cfaiss_last_error(void);
void cfaiss_free(CFaissIndex index);

/// Learns the lists' centres and the codes from rows that stand for all; the index holds none of them then.
/// `bytes` divides `width`: each row is kept as so many.
CFaissStatus cfaiss_train(
    const float* rows, int64_t count, int32_t width, int64_t lists, int32_t bytes, int64_t seed, CFaissIndex* out);
/// Adds rows under numbers of their own.
CFaissStatus cfaiss_add(CFaissIndex index, const float* rows, const int64_t* ids, int64_t count);
CFaissStatus cfaiss_write(CFaissIndex index, const char* path);
/// Opens a written index. Its lists stay in the mapped file.
CFaissStatus cfaiss_open(const char* path, CFaissIndex* out);

/// How wide rows are, and in how many lists they lie.
CFaissStatus cfaiss_sizes(CFaissIndex index, int32_t* width, int64_t* lists);
/// The nearest rows, best first, as far as the codes tell; `found` says how many, `count` at most. Several threads may
/// search at once.
///
/// Only the `probes` lists that are nearest to the vector are looked through, and only rows whose numbers lie in one of
/// the ranges `bounds[2 * i]..<bounds[2 * i + 1]` count, which are in order and do not overlap.
CFaissStatus cfaiss_search(
    CFaissIndex index, const float* vector, int64_t probes, int64_t count, const int64_t* bounds, int64_t ranges,
    int64_t* ids, int64_t* found);

#ifdef __cplusplus
}
#endif

#endif
