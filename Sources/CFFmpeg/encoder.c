// Pictures to a file: encoding and muxing, and copying packets from one file to another.
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

#include "bridge.h"

void cf_output_free(CFOutput output) {
    if (!output) return;
    avcodec_free_context(&output->encoder);
    avcodec_free_context(&output->sound_encoder);
    sws_freeContext(output->scaler);
    avfilter_graph_free(&output->sound_graph);
    av_frame_free(&output->frame);
    av_packet_free(&output->packet);
    if (output->format) {
        if (output->format->pb) avio_closep(&output->format->pb);
        avformat_free_context(output->format);
    }
    free(output);
}

CFStatus cf_output_new(const char* path, const char* container, CFOutput* out) {
    cf_prepare();
    CFOutput output = calloc(1, sizeof *output);
    if (!output) return cf_refuse(CFFailed, "out of memory");
    int code = avformat_alloc_output_context2(&output->format, NULL, container, path);
    if (code >= 0) code = avio_open(&output->format->pb, path, AVIO_FLAG_WRITE);
    output->frame = av_frame_alloc();
    output->packet = av_packet_alloc();
    if (code >= 0 && (!output->frame || !output->packet)) code = AVERROR(ENOMEM);
    if (code < 0) {
        CFStatus status = cf_fail(code, "cannot be opened");
        cf_output_free(output);
        return status;
    }
    *out = output;
    return CFOk;
}

/// Mirrored, then turned by degrees clockwise: the matrix that players follow.
static int set_display(AVStream* stream, int32_t rotation, bool flipped) {
    if (!rotation && !flipped) return 0;
    int32_t matrix[9];
    av_display_rotation_set(matrix, rotation);
    if (flipped) av_display_matrix_flip(matrix, 1, 0);
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    AVPacketSideData* data = av_packet_side_data_new(
        &stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX,
        sizeof matrix, 0);
    if (!data) return AVERROR(ENOMEM);
    memcpy(data->data, matrix, sizeof matrix);
#else
    uint8_t* data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof matrix);
    if (!data) return AVERROR(ENOMEM);
    memcpy(data, matrix, sizeof matrix);
#endif
    return 0;
}

/// 4:2:0 where the encoder takes it; H.264 and HEVC take odd sizes only without subsampling.
static enum AVPixelFormat pixel_format(const AVCodec* codec, bool odd) {
    if (!codec->pix_fmts) return AV_PIX_FMT_YUV420P;
    if (odd && (codec->id == AV_CODEC_ID_H264 || codec->id == AV_CODEC_ID_HEVC)) return AV_PIX_FMT_YUV444P;
    for (const enum AVPixelFormat* format = codec->pix_fmts; *format != AV_PIX_FMT_NONE; ++format) {
        if (*format == AV_PIX_FMT_YUV420P) return *format;
    }
    return codec->pix_fmts[0];
}

CFStatus cf_output_video(CFOutput output, const CFVideoSettings* settings) {
    cf_clear();
    const AVCodec* codec = avcodec_find_encoder_by_name(settings->encoder);
    if (!codec) return cf_refuse(CFNoCodec, settings->encoder);
    AVStream* stream = output->stream = avformat_new_stream(output->format, NULL);
    AVCodecContext* encoder = output->encoder = avcodec_alloc_context3(codec);
    if (!stream || !encoder) return cf_refuse(CFFailed, "out of memory");
    encoder->width = settings->width;
    encoder->height = settings->height;
    encoder->pix_fmt = pixel_format(codec, settings->width % 2 || settings->height % 2);
    if (codec->id == AV_CODEC_ID_MJPEG) encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->time_base = cf_av(settings->time_base);
    encoder->framerate = cf_av(settings->frame_rate);
    encoder->sample_aspect_ratio = stream->sample_aspect_ratio = cf_av(settings->sample_aspect);
    encoder->gop_size = settings->key_interval;
    if (settings->reordered >= 0) encoder->max_b_frames = settings->reordered;
    encoder->thread_count = settings->threads;
    if (settings->bit_rate > 0) encoder->bit_rate = settings->bit_rate;
    if (settings->global_quality > 0) {
        encoder->flags |= AV_CODEC_FLAG_QSCALE;
        encoder->global_quality = settings->global_quality * FF_QP2LAMBDA;
    }
    if (output->format->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary* options = NULL;
    int code = av_dict_parse_string(&options, settings->options, "=", ":", 0);
    if (code >= 0) code = avcodec_open2(encoder, codec, &options);
    av_dict_free(&options);
    if (code < 0) return cf_fail(code, "the encoder does not start");
    stream->time_base = encoder->time_base;
    stream->avg_frame_rate = encoder->framerate;
    code = avcodec_parameters_from_context(stream->codecpar, encoder);
    if (code >= 0) code = set_display(stream, settings->rotation, false);
    if (code < 0) return cf_fail(code, "the encoder does not start");
    AVFrame* frame = output->frame;
    frame->format = encoder->pix_fmt;
    frame->width = encoder->width;
    frame->height = encoder->height;
    frame->color_range = encoder->color_range;
    code = av_frame_get_buffer(frame, 0);
    if (code < 0) return cf_fail(code, "a picture");
    output->scaler = sws_getContext(
        frame->width, frame->height, AV_PIX_FMT_RGB24, frame->width, frame->height, frame->format, SWS_BICUBIC, NULL, NULL,
        NULL);
    if (!output->scaler) return cf_refuse(CFFailed, "no conversion from RGB");
    if (encoder->color_range == AVCOL_RANGE_JPEG) {
        const int* table = sws_getCoefficients(SWS_CS_DEFAULT);
        sws_setColorspaceDetails(output->scaler, table, 1, table, 1, 0, 1 << 16, 1 << 16);
    }
    return CFOk;
}

CFStatus cf_output_silence(CFOutput output, const char* encoder_name) {
    cf_clear();
    const AVCodec* codec = avcodec_find_encoder_by_name(encoder_name);
    if (!codec) return cf_refuse(CFNoCodec, encoder_name);
    AVStream* stream = output->sound = avformat_new_stream(output->format, NULL);
    AVCodecContext* encoder = output->sound_encoder = avcodec_alloc_context3(codec);
    if (!stream || !encoder) return cf_refuse(CFFailed, "out of memory");
    encoder->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : AV_SAMPLE_FMT_S16;
    encoder->sample_rate = 48000;
    encoder->bit_rate = 32000;
    encoder->time_base = (AVRational){1, 48000};
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    encoder->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
#else
    encoder->channels = 1;
    encoder->channel_layout = AV_CH_LAYOUT_MONO;
#endif
    if (output->format->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    int code = avcodec_open2(encoder, codec, NULL);
    stream->time_base = encoder->time_base;
    if (code >= 0) code = avcodec_parameters_from_context(stream->codecpar, encoder);
    return code < 0 ? cf_fail(code, "the encoder does not start") : CFOk;
}

CFStatus cf_output_begin(CFOutput output) {
    cf_clear();
    AVDictionary* options = NULL;
    // The table of contents in front, so that a copy that breaks off can still be played.
    av_dict_set(&options, "movflags", "faststart", 0);
    int code = avformat_write_header(output->format, &options);
    av_dict_free(&options);
    if (code < 0) return cf_fail(code, "the header cannot be written");
    output->begun = true;
    return CFOk;
}

int cf_drain(CFOutput output, AVCodecContext* encoder, AVStream* stream) {
    for (;;) {
        int code = avcodec_receive_packet(encoder, output->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
        if (code < 0) return code;
        av_packet_rescale_ts(output->packet, encoder->time_base, stream->time_base);
        output->packet->stream_index = stream->index;
        code = av_interleaved_write_frame(output->format, output->packet);
        if (code < 0) return code;
    }
}

/// Silence up to `end` seconds.
static int write_silence(CFOutput output, double end) {
    AVCodecContext* encoder = output->sound_encoder;
    int count = encoder->frame_size > 0 ? encoder->frame_size : 1024;
    int code = 0;
    while (code >= 0 && output->sound_samples < end * encoder->sample_rate) {
        AVFrame* frame = av_frame_alloc();
        if (!frame) return AVERROR(ENOMEM);
        frame->nb_samples = count;
        frame->format = encoder->sample_fmt;
        frame->sample_rate = encoder->sample_rate;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
        frame->ch_layout = encoder->ch_layout;
#else
        frame->channels = 1;
        frame->channel_layout = encoder->channel_layout;
#endif
        code = av_frame_get_buffer(frame, 0);
        if (code >= 0) {
            memset(frame->data[0], 0, frame->linesize[0]);
            frame->pts = output->sound_samples;
            code = avcodec_send_frame(encoder, frame);
        }
        av_frame_free(&frame);
        if (code >= 0) code = cf_drain(output, encoder, output->sound);
        output->sound_samples += count;
    }
    return code;
}

CFStatus cf_output_silence_to(CFOutput output, double seconds) {
    cf_clear();
    int code = write_silence(output, seconds);
    return code < 0 ? cf_fail(code, "sound cannot be written") : CFOk;
}

CFStatus cf_output_rgb(CFOutput output, const uint8_t* rgb, int64_t pts) {
    cf_clear();
    AVFrame* frame = output->frame;
    int code = av_frame_make_writable(frame);
    if (code < 0) return cf_fail(code, "a picture");
    const uint8_t* planes[] = {rgb};
    int strides[] = {frame->width * 3};
    sws_scale(output->scaler, planes, strides, 0, frame->height, frame->data, frame->linesize);
    frame->pts = pts;
    code = avcodec_send_frame(output->encoder, frame);
    if (code >= 0) code = cf_drain(output, output->encoder, output->stream);
    return code < 0 ? cf_fail(code, "a picture cannot be written") : CFOk;
}

CFStatus cf_output_copy_stream(CFOutput output, CFInput input) {
    cf_clear();
    AVStream* stream = output->stream = avformat_new_stream(output->format, NULL);
    if (!stream) return cf_refuse(CFFailed, "out of memory");
    int code = avcodec_parameters_copy(stream->codecpar, input->stream->codecpar);
    if (code < 0) return cf_fail(code, "a stream cannot be copied");
    // The tag belongs to the container it came from.
    stream->codecpar->codec_tag = 0;
    stream->time_base = input->stream->time_base;
    stream->avg_frame_rate = input->stream->avg_frame_rate;
    stream->sample_aspect_ratio = input->stream->sample_aspect_ratio;
    CFVideoInfo info;
    cf_video_info(input, &info);
    code = set_display(stream, info.rotation, info.flipped);
    return code < 0 ? cf_fail(code, "a stream cannot be copied") : CFOk;
}

CFStatus cf_output_copy(CFOutput output, CFInput input, CFPacket box, int64_t offset) {
    cf_clear();
    bool is_sound = input->stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    if (is_sound && output->sound_encoder) return cf_encode_sound(output, input, box ? box->packet : NULL, offset);
    if (!box) return CFOk;
    AVStream* stream = is_sound ? output->sound : output->stream;
    AVPacket* packet = output->packet;
    int code = av_packet_ref(packet, box->packet);
    if (code < 0) return cf_fail(code, "a packet");
    if (packet->pts != AV_NOPTS_VALUE) packet->pts -= offset;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts -= offset;
    packet->pos = -1;
    packet->stream_index = stream->index;
    av_packet_rescale_ts(packet, input->stream->time_base, stream->time_base);
    code = av_interleaved_write_frame(output->format, packet);
    return code < 0 ? cf_fail(code, "a packet cannot be written") : CFOk;
}

CFStatus cf_output_end(CFOutput output) {
    cf_clear();
    int code = 0;
    if (output->encoder && (code = avcodec_send_frame(output->encoder, NULL)) >= 0) {
        code = cf_drain(output, output->encoder, output->stream);
    }
    if (code >= 0 && output->sound_encoder && (code = avcodec_send_frame(output->sound_encoder, NULL)) >= 0) {
        code = cf_drain(output, output->sound_encoder, output->sound);
    }
    if (code >= 0) code = av_write_trailer(output->format);
    if (code >= 0) code = avio_closep(&output->format->pb);
    return code < 0 ? cf_fail(code, "cannot be finished") : CFOk;
}
