// Shared by the files of CFFmpeg: what the handles hold, and the one error rule. Not part of the C interface.
#pragma once

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>

#include "cffmpeg.h"

struct CFInputBox {
    AVFormatContext* format;
    AVCodecContext* decoder;
    AVStream* stream;
    int64_t start_ticks;
    /// In AVI: the place in the table of packets, and how far the count was behind it.
    int table_at;
    int64_t behind;
};

struct CFPacketBox {
    AVPacket* packet;
    bool entry, disposable;
};

struct CFPictureBox {
    AVFrame* frame;
};

struct CFOutputBox {
    AVFormatContext* format;
    AVCodecContext* encoder;
    AVStream* stream;
    struct SwsContext* scaler;
    AVFrame* frame;
    AVPacket* packet;
    /// The second stream: silence, or another file's sound; without an encoder its packets are copied.
    AVCodecContext* sound_encoder;
    AVStream* sound;
    int64_t sound_samples;
    /// From the decoder's samples to the encoder's.
    AVFilterGraph* sound_graph;
    AVFilterContext *sound_source, *sound_sink;
    bool begun;
};

/// encoder.c: writes all packets that an encoder has ready. A code of FFmpeg's.
int cf_drain(CFOutput output, AVCodecContext* encoder, AVStream* stream);
/// sound.c: a packet of sound, or the end of it (NULL), decoded and encoded anew.
CFStatus cf_encode_sound(CFOutput output, CFInput input, AVPacket* packet, int64_t offset);
/// Takes FFmpeg's log from the standard error; once, before anything else.
void cf_prepare(void);
/// Forgets the calling thread's message.
void cf_clear(void);
/// Keeps a message for the calling thread, where FFmpeg's log left none, and gives the status for the code.
CFStatus cf_fail(int code, const char* what);
/// As `cf_fail`, with a status and message of our own.
CFStatus cf_refuse(CFStatus status, const char* message);
/// nal.c: what a packet depends on and what depends on it.
void cf_classify(const AVCodecParameters* codec, CFPacket packet);

static inline AVRational cf_av(CFRational r) { return (AVRational){r.num, r.den}; }
static inline CFRational cf_from(AVRational r) { return (CFRational){r.num, r.den}; }
