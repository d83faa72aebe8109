// What the hand-written kernels share: all of libtorch's threads, and one version of the code for each kind of processor.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CTORCH_THREAD_SANITIZER
#endif
#endif

// One binary for every x86-64: the loader takes the widest version that the processor has. ThreadSanitizer instruments
// what chooses the version, which runs before ThreadSanitizer itself does: under it there is one version.
#if defined(__x86_64__) && defined(__linux__) && !defined(CTORCH_THREAD_SANITIZER)
#define CTORCH_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CTORCH_VECTORISED
#endif

// ThreadSanitizer does not see how libtorch's OpenMP, which is not instrumented, begins and ends a parallel region: it is told.
#if defined(CTORCH_THREAD_SANITIZER)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#define CTORCH_RELEASE(address) __tsan_release(address)
#define CTORCH_ACQUIRE(address) __tsan_acquire(address)
#define CTORCH_UNSEEN __attribute__((no_sanitize("thread")))
#else
#define CTORCH_RELEASE(address)
#define CTORCH_ACQUIRE(address)
#define CTORCH_UNSEEN
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
    CTORCH_RELEASE(&iterator);
    iterator.for_each(
        [&](char** data, const int64_t*, int64_t size) CTORCH_UNSEEN {
            CTORCH_ACQUIRE(&iterator);
            const int64_t first = data[0] - base;
            body(first * grain, std::min(count, (first + size) * grain));
            CTORCH_RELEASE(&iterator);
        },
        /*grain_size=*/1);
    CTORCH_ACQUIRE(&iterator);
}

}  // namespace ctorch
