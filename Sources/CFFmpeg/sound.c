// The sound that goes with a cut: copied where the container takes it, else decoded and encoded as AAC.
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <stdio.h>

#include "bridge.h"

/// Whether the container takes packets of a codec as they are.
static bool is_taken(const AVOutputFormat* format, enum AVCodecID codec) {
    int taken = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
    // Below zero the container does not say; its own kind of sound it takes.
    return taken == 1 || (taken < 0 && format->audio_codec == codec);
}

/// The source's rate where the encoder has it.
static int sample_rate(const AVCodec* codec, int wanted) {
    for (const int* rate = codec->supported_samplerates; rate && *rate; ++rate) {
        if (*rate == wanted) return wanted;
    }
    return codec->supported_samplerates ? 48000 : wanted;
}

static int channel_count(const AVCodecParameters* codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    return codec->ch_layout.nb_channels;
#else
    return codec->channels;
#endif
}

static CFStatus add_encoder(CFOutput output, CFInput input) {
    const AVCodecParameters* source = input->stream->codecpar;
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (!codec || !is_taken(output->format->oformat, AV_CODEC_ID_AAC)) return cf_refuse(CFNoCodec, "aac");
    CFStatus status = cf_decoder_open(input, 1, true);
    if (status != CFOk) return CFNoCodec;
    AVCodecContext* encoder = avcodec_alloc_context3(codec);
    if (!encoder) return cf_refuse(CFFailed, "out of memory");
    encoder->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : AV_SAMPLE_FMT_FLTP;
    encoder->sample_rate = sample_rate(codec, source->sample_rate);
    encoder->bit_rate = channel_count(source) > 1 ? 160000 : 96000;
    encoder->time_base = (AVRational){1, encoder->sample_rate};
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    encoder->ch_layout = channel_count(source) > 1 ? (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO
                                                   : (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
#else
    encoder->channels = channel_count(source) > 1 ? 2 : 1;
    encoder->channel_layout = channel_count(source) > 1 ? AV_CH_LAYOUT_STEREO : AV_CH_LAYOUT_MONO;
#endif
    if (output->format->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (avcodec_open2(encoder, codec, NULL) < 0) {
        avcodec_free_context(&encoder);
        return cf_refuse(CFNoCodec, "aac");
    }
    output->sound_encoder = encoder;
    return CFOk;
}

CFStatus cf_output_sound(CFOutput output, CFInput input) {
    cf_clear();
    bool copied = is_taken(output->format->oformat, input->stream->codecpar->codec_id);
    if (!copied) {
        CFStatus status = add_encoder(output, input);
        if (status != CFOk) return status;
    }
    AVStream* stream = output->sound = avformat_new_stream(output->format, NULL);
    if (!stream) return cf_refuse(CFFailed, "out of memory");
    int code;
    if (copied) {
        code = avcodec_parameters_copy(stream->codecpar, input->stream->codecpar);
        stream->codecpar->codec_tag = 0;
        stream->time_base = input->stream->time_base;
    } else {
        code = avcodec_parameters_from_context(stream->codecpar, output->sound_encoder);
        stream->time_base = output->sound_encoder->time_base;
    }
    return code < 0 ? cf_fail(code, "a stream of sound") : CFOk;
}

/// decoder → format, rate and channels of the encoder → frames of its size.
static int build(CFOutput output, AVRational base, AVFrame* frame) {
    AVCodecContext* encoder = output->sound_encoder;
    AVFilterGraph* graph = output->sound_graph = avfilter_graph_alloc();
    if (!graph) return AVERROR(ENOMEM);
    graph->nb_threads = 1;
    char layout[128], arguments[512];
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    // Some files say how many channels there are and not which.
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&frame->ch_layout, frame->ch_layout.nb_channels);
    }
    av_channel_layout_describe(&frame->ch_layout, layout, sizeof layout);
    const char* wanted = encoder->ch_layout.nb_channels > 1 ? "stereo" : "mono";
#else
    if (!frame->channel_layout) frame->channel_layout = av_get_default_channel_layout(frame->channels);
    snprintf(layout, sizeof layout, "0x%llx", (unsigned long long)frame->channel_layout);
    const char* wanted = encoder->channels > 1 ? "stereo" : "mono";
#endif
    snprintf(
        arguments, sizeof arguments, "time_base=%d/%d:sample_rate=%d:sample_fmt=%s:channel_layout=%s", base.num, base.den,
        frame->sample_rate, av_get_sample_fmt_name(frame->format), layout);
    AVFilterContext *format = NULL, *size = NULL;
    int code = avfilter_graph_create_filter(
        &output->sound_source, avfilter_get_by_name("abuffer"), "in", arguments, NULL, graph);
    snprintf(
        arguments, sizeof arguments, "sample_fmts=%s:sample_rates=%d:channel_layouts=%s",
        av_get_sample_fmt_name(encoder->sample_fmt), encoder->sample_rate, wanted);
    if (code >= 0) {
        code = avfilter_graph_create_filter(&format, avfilter_get_by_name("aformat"), "format", arguments, NULL, graph);
    }
    snprintf(arguments, sizeof arguments, "n=%d:p=0", encoder->frame_size > 0 ? encoder->frame_size : 1024);
    if (code >= 0) {
        code = avfilter_graph_create_filter(&size, avfilter_get_by_name("asetnsamples"), "size", arguments, NULL, graph);
    }
    if (code >= 0) {
        code = avfilter_graph_create_filter(
            &output->sound_sink, avfilter_get_by_name("abuffersink"), "out", NULL, NULL, graph);
    }
    if (code >= 0) code = avfilter_link(output->sound_source, 0, format, 0);
    if (code >= 0) code = avfilter_link(format, 0, size, 0);
    if (code >= 0) code = avfilter_link(size, 0, output->sound_sink, 0);
    return code >= 0 ? avfilter_graph_config(graph, NULL) : code;
}

/// What the filters have ready goes to the encoder, and what that has ready to the file.
static int pass_on(CFOutput output, AVFrame* frame) {
    AVCodecContext* encoder = output->sound_encoder;
    for (;;) {
        int code = av_buffersink_get_frame(output->sound_sink, frame);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
        if (code < 0) return code;
        frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(output->sound_sink), encoder->time_base);
        code = avcodec_send_frame(encoder, frame);
        av_frame_unref(frame);
        if (code >= 0) code = cf_drain(output, encoder, output->sound);
        if (code < 0) return code;
    }
}

CFStatus cf_encode_sound(CFOutput output, CFInput input, AVPacket* packet, int64_t offset) {
    AVFrame* frame = av_frame_alloc();
    if (!frame) return cf_refuse(CFFailed, "out of memory");
    // What is damaged is left out; the rest keeps its times.
    int code = avcodec_send_packet(input->decoder, packet);
    code = code == AVERROR(ENOMEM) ? code : 0;
    while (code >= 0 && avcodec_receive_frame(input->decoder, frame) >= 0) {
        AVRational base = input->stream->time_base;
        if (frame->pts != AV_NOPTS_VALUE) frame->pts -= offset;
        if (frame->pts != AV_NOPTS_VALUE && frame->pts >= 0) {
            if (!output->sound_graph) code = build(output, base, frame);
            if (code >= 0) code = av_buffersrc_add_frame(output->sound_source, frame);
            if (code >= 0) code = pass_on(output, frame);
        }
        av_frame_unref(frame);
    }
    if (!packet && code >= 0 && output->sound_graph) {
        code = av_buffersrc_add_frame(output->sound_source, NULL);
        if (code >= 0) code = pass_on(output, frame);
    }
    av_frame_free(&frame);
    return code < 0 ? cf_fail(code, "sound cannot be written") : CFOk;
}
