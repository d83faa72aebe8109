// One picture as the bytes of a PNG or JPEG file.
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

#include "bridge.h"

void cf_bytes_free(uint8_t* bytes) { free(bytes); }

/// JPEG stores YUV of full range.
static int convert(const AVFrame* rgb, AVFrame* out) {
    out->format = AV_PIX_FMT_YUVJ444P;
    out->width = rgb->width;
    out->height = rgb->height;
    out->color_range = AVCOL_RANGE_JPEG;
    int code = av_frame_get_buffer(out, 0);
    if (code < 0) return code;
    struct SwsContext* scaler = sws_getContext(
        rgb->width, rgb->height, rgb->format, rgb->width, rgb->height, out->format, SWS_BICUBIC, NULL, NULL, NULL);
    if (!scaler) return AVERROR(EINVAL);
    sws_scale(scaler, (const uint8_t* const*)rgb->data, rgb->linesize, 0, rgb->height, out->data, out->linesize);
    sws_freeContext(scaler);
    return 0;
}

CFStatus cf_picture_encode(CFPicture picture, bool jpeg, int32_t quality, uint8_t** bytes, size_t* count) {
    cf_clear();
    const AVCodec* codec = avcodec_find_encoder(jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG);
    if (!codec) return cf_refuse(CFNoCodec, jpeg ? "mjpeg" : "png");
    AVCodecContext* encoder = avcodec_alloc_context3(codec);
    AVPacket* packet = av_packet_alloc();
    AVFrame* converted = av_frame_alloc();
    int code = encoder && packet && converted ? 0 : AVERROR(ENOMEM);
    const AVFrame* frame = picture->frame;
    if (code >= 0 && jpeg) {
        code = convert(frame, converted);
        converted->quality = quality * FF_QP2LAMBDA;
        frame = converted;
    }
    if (code >= 0) {
        encoder->width = frame->width;
        encoder->height = frame->height;
        encoder->pix_fmt = frame->format;
        encoder->color_range = frame->color_range;
        encoder->time_base = (AVRational){1, 25};
        encoder->thread_count = 1;
        if (jpeg) {
            encoder->flags |= AV_CODEC_FLAG_QSCALE;
            encoder->global_quality = quality * FF_QP2LAMBDA;
        }
        code = avcodec_open2(encoder, codec, NULL);
    }
    if (code >= 0) code = avcodec_send_frame(encoder, frame);
    if (code >= 0) code = avcodec_receive_packet(encoder, packet);
    if (code >= 0) {
        uint8_t* copy = malloc(packet->size);
        if (copy) {
            memcpy(copy, packet->data, packet->size);
            *bytes = copy;
            *count = packet->size;
        } else {
            code = AVERROR(ENOMEM);
        }
    }
    avcodec_free_context(&encoder);
    av_packet_free(&packet);
    av_frame_free(&converted);
    return code < 0 ? cf_fail(code, "a picture is not encoded") : CFOk;
}
