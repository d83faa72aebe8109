// A small C interface to FFmpeg's libraries. Every function returns a status; results come through out-parameters.
#ifndef CFFMPEG_H
#define CFFMPEG_H

#include <stdint.h>

/// The version of libavformat that runs, as major << 16 | minor << 8 | micro.
uint32_t cffmpeg_avformat_version(void);

#endif
