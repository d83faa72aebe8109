// Work on a GPU that is recorded once and started again as one: CUDA graphs.
//
// Only a libtorch with CUDA has them, and only where the runtime's headers are at hand; elsewhere there is nothing to record.
#include "bridge.h"
#include "recording.h"

#if __has_include(<cuda_runtime_api.h>) && __has_include(<c10/cuda/impl/cuda_cmake_macros.h>)
#define CTORCH_RECORDS 1
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

#include <memory>

using namespace ctorch;

namespace ctorch {
thread_local bool isRecording = false;
}

#ifdef CTORCH_RECORDS

struct CTRecordingBox {
    c10::cuda::CUDAStream stream;
    c10::cuda::CUDAStream before;
    std::unique_ptr<at::cuda::CUDAGraph> graph;
};

namespace {

/// What is recorded must not run on the default stream. One other serves all recordings, so that what libraries keep for each
/// stream is made once.
c10::cuda::CUDAStream side(CTDevice device) {
    static const auto stream = c10::cuda::getStreamFromPool(false, static_cast<c10::DeviceIndex>(device));
    return stream;
}

}  // namespace

extern "C" {

bool ct_can_record(void) { return at::hasCUDA(); }

CTStatus ct_recording_prepare(CTDevice device, CTRecording* out) {
    return guarded([&] {
        TORCH_CHECK(device >= 0, "only the work of a GPU can be recorded");
        const auto before = c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device));
        before.synchronize();
        *out = new CTRecordingBox{side(device), before, std::make_unique<at::cuda::CUDAGraph>()};
        c10::cuda::setCurrentCUDAStream((*out)->stream);
    });
}

CTStatus ct_recording_begin(CTRecording recording, CTRecording beside) {
    return guarded([&] {
        recording->stream.synchronize();
        // Other threads go on meanwhile, and may ask for memory.
        recording->graph->capture_begin(
            beside ? beside->graph->pool() : at::cuda::MempoolId_t{0, 0}, cudaStreamCaptureModeThreadLocal);
        isRecording = true;
    });
}

CTStatus ct_recording_end(CTRecording recording) {
    isRecording = false;
    return guarded([&] {
        recording->graph->capture_end();
        c10::cuda::setCurrentCUDAStream(recording->before);
    });
}

CTStatus ct_recording_replay(CTRecording recording, uint64_t seed) {
    return guarded([&] {
        seedGenerator(recording->stream.device(), seed);
        recording->graph->replay();
    });
}

void ct_recording_free(CTRecording recording) { delete recording; }

}  // extern "C"

#else

struct CTRecordingBox {};

static CTStatus nothingToRecord() {
    return guarded([] { TORCH_CHECK(false, "this build has no CUDA, so that no work can be recorded"); });
}

extern "C" {

bool ct_can_record(void) { return false; }
CTStatus ct_recording_prepare(CTDevice, CTRecording*) { return nothingToRecord(); }
CTStatus ct_recording_begin(CTRecording, CTRecording) { return nothingToRecord(); }
CTStatus ct_recording_end(CTRecording) { return nothingToRecord(); }
CTStatus ct_recording_replay(CTRecording, uint64_t) { return nothingToRecord(); }
void ct_recording_free(CTRecording recording) { delete recording; }

}  // extern "C"

#endif
