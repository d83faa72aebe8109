#include "cffmpeg.h"

#include <libavformat/avformat.h>

uint32_t cffmpeg_avformat_version(void) { return avformat_version(); }
