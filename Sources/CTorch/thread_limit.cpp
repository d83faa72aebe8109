// The count of threads for one calling thread, where libtorch's own function changes it for all that come later.
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include "bridge.h"

using namespace ctorch;

extern "C" {

CTStatus ct_limit_calling_thread(int32_t threads, int32_t* before) {
    return guarded([&] {
        TORCH_CHECK(threads > 0, "a thread cannot work with ", threads, " threads");
        // This call also sets a new thread up, which would otherwise happen later and undo the limit.
        *before = at::get_num_threads();
        // libtorch brings its own OpenMP, which is not linked by name. Without any, each operation has one thread anyway.
        using Setter = void (*)(int);
        static const auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
        if (set) set(threads);
    });
}

}  // extern "C"
