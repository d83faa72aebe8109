// Packets to pictures.
#include <libavutil/imgutils.h>
#include <stdlib.h>

#include "bridge.h"

/// A picture of twice 8K's size, as a few bytes can claim one: what is larger would fill the memory.
static const int64_t most_pixels = 1 << 26;

CFStatus cf_decoder_open(CFInput input, int32_t threads, bool loop_filter) {
    cf_clear();
    avcodec_free_context(&input->decoder);
    AVCodecParameters* parameters = input->stream->codecpar;
    const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
    if (!codec) return cf_refuse(CFNoCodec, avcodec_get_name(parameters->codec_id));
    AVCodecContext* decoder = avcodec_alloc_context3(codec);
    if (!decoder) return cf_refuse(CFFailed, "out of memory");
    int code = avcodec_parameters_to_context(decoder, parameters);
    decoder->pkt_timebase = input->stream->time_base;
    decoder->thread_count = threads;
    decoder->max_pixels = most_pixels;
    if (!loop_filter) decoder->skip_loop_filter = AVDISCARD_ALL;
    if (code >= 0) code = avcodec_open2(decoder, codec, NULL);
    if (code < 0) {
        avcodec_free_context(&decoder);
        return cf_fail(code, "the decoder does not start");
    }
    input->decoder = decoder;
    return CFOk;
}

static CFStatus outcome(int code, const char* what) {
    if (code >= 0) return CFOk;
    if (code == AVERROR(EAGAIN)) return CFAgain;
    if (code == AVERROR_EOF) return CFEnd;
    return cf_fail(code, what);
}

CFStatus cf_send(CFInput input, CFPacket box) {
    cf_clear();
    return outcome(avcodec_send_packet(input->decoder, box ? box->packet : NULL), "a packet is not decoded");
}

CFStatus cf_receive(CFInput input, CFPicture* out) {
    cf_clear();
    AVFrame* frame = av_frame_alloc();
    if (!frame) return cf_refuse(CFFailed, "out of memory");
    CFStatus status = outcome(avcodec_receive_frame(input->decoder, frame), "a picture is not decoded");
    CFPicture box = status == CFOk ? calloc(1, sizeof *box) : NULL;
    if (!box) {
        av_frame_free(&frame);
        return status == CFOk ? cf_refuse(CFFailed, "out of memory") : status;
    }
    box->frame = frame;
    *out = box;
    return CFOk;
}

void cf_flush(CFInput input) {
    if (input->decoder) avcodec_flush_buffers(input->decoder);
}

void cf_picture_info(CFPicture picture, CFPictureInfo* out) {
    AVFrame* frame = picture->frame;
    *out = (CFPictureInfo){
        .pts = frame->best_effort_timestamp,
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
        .duration = frame->duration,
#else
        .duration = frame->pkt_duration,
#endif
        .width = frame->width,
        .height = frame->height,
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
        .key = frame->flags & AV_FRAME_FLAG_KEY,
#else
        .key = frame->key_frame,
#endif
        .corrupt = (frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags,
    };
}

void cf_picture_free(CFPicture picture) {
    if (!picture) return;
    av_frame_free(&picture->frame);
    free(picture);
}

CFStatus cf_picture_from_rgb(const uint8_t* rgb, int32_t width, int32_t height, CFPicture* out) {
    cf_prepare();
    AVFrame* frame = av_frame_alloc();
    CFPicture box = calloc(1, sizeof *box);
    int code = AVERROR(ENOMEM);
    if (frame && box) {
        frame->format = AV_PIX_FMT_RGB24;
        frame->width = width;
        frame->height = height;
        code = av_frame_get_buffer(frame, 0);
    }
    if (code < 0) {
        av_frame_free(&frame);
        free(box);
        return cf_fail(code, "a picture");
    }
    av_image_copy_plane(frame->data[0], frame->linesize[0], rgb, width * 3, width * 3, height);
    box->frame = frame;
    *out = box;
    return CFOk;
}
