// Whether this thread's work is being recorded, for what does otherwise then. Not part of the C interface.
#pragma once

namespace ctorch {

/// No generator may be seeded then: the recording is, each time it is started.
extern thread_local bool isRecording;

}  // namespace ctorch
