// Versions, the log, errors.
#include <libavutil/mathematics.h>
#include <libavutil/rational.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bridge.h"

static _Thread_local char message[512];

const char* cf_last_error(void) { return message; }

uint32_t cffmpeg_avformat_version(void) { return avformat_version(); }

int64_t cf_rescale(int64_t ticks, CFRational from, CFRational to) {
    return av_rescale_q_rnd(ticks, cf_av(from), cf_av(to), AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX);
}

CFRational cf_rational(double value) { return cf_from(av_d2q(value, 1001000)); }

// The first error of a call is kept: later ones are its consequences.
static void keep_log(void* context, int level, const char* format, va_list arguments) {
    (void)context;
    if (level > AV_LOG_ERROR || message[0]) return;
    vsnprintf(message, sizeof message, format, arguments);
    size_t length = strlen(message);
    while (length && (message[length - 1] == '\n' || message[length - 1] == ' ')) message[--length] = 0;
}

static void install_log(void) { av_log_set_callback(keep_log); }

void cf_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_log);
    cf_clear();
}

void cf_clear(void) { message[0] = 0; }

CFStatus cf_refuse(CFStatus status, const char* text) {
    snprintf(message, sizeof message, "%s", text);
    return status;
}

CFStatus cf_fail(int code, const char* what) {
    if (!message[0]) {
        char reason[AV_ERROR_MAX_STRING_SIZE];
        av_strerror(code, reason, sizeof reason);
        snprintf(message, sizeof message, "%s: %s", what, reason);
    }
    switch (code) {
        case AVERROR_INVALIDDATA: return CFInvalid;
        case AVERROR(ENOENT): return CFNotFound;
        case AVERROR(EACCES):
        case AVERROR(EPERM): return CFDenied;
        case AVERROR_DECODER_NOT_FOUND:
        case AVERROR_ENCODER_NOT_FOUND: return CFNoCodec;
        default: return CFFailed;
    }
}
