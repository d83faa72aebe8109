// Whether this thread's work is being recorded, and the generator that what is recorded draws from. Not part of the C interface.
#pragma once

#include <ATen/Context.h>
#include <ATen/core/Generator.h>

namespace ctorch {

/// No generator may be seeded then: the recording is, each time it is started.
extern thread_local bool isRecording;

/// Lets a device's own generator begin anew.
inline void seedGenerator(c10::Device device, uint64_t seed) {
    auto generator = at::globalContext().defaultGenerator(device);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
}

}  // namespace ctorch
