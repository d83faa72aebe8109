// What the hand-written kernels share: all of libtorch's threads, and one version of the code for each kind of processor.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>

// One binary for every x86-64: the loader takes the widest version that the processor has.
#if defined(__x86_64__) && defined(__linux__)
#define CTORCH_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CTORCH_VECTORISED
#endif

#define CTORCH_INLINE inline __attribute__((always_inline))

namespace ctorch {

/// Calls `body(begin, end)` for parts of [0, count) in parallel.
/// libtorch's OpenMP runs it: the loop over a dummy tensor is compiled inside the library, with its own threads.
template <class Body>
void parallel(int64_t count, int64_t grain, const Body& body) {
    const int64_t parts = (count + grain - 1) / grain;
    if (parts <= 1) return body(0, count);
    auto marker = at::empty({parts}, at::TensorOptions().dtype(at::kByte));
    const char* base = static_cast<const char*>(marker.data_ptr());
    // Without inputs the iterator takes its shape from an output only where it may not resize it.
    auto iterator =
        at::TensorIteratorConfig().check_all_same_dtype(false).resize_outputs(false).add_output(marker).build();
    iterator.for_each(
        [&](char** data, const int64_t*, int64_t size) {
            const int64_t first = data[0] - base;
            body(first * grain, std::min(count, (first + size) * grain));
        },
        /*grain_size=*/1);
}

}  // namespace ctorch
