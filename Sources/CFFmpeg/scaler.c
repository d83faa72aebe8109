// Pictures to RGB bytes through FFmpeg's own filters, so that the numbers are those of its command line.
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge.h"

struct CFScalerBox {
    char filters[256];
    AVFilterGraph* graph;
    AVFilterContext *source, *sink;
    int width, height, format, space, range;
    AVFrame* result;
};

CFStatus cf_scaler_new(
    int32_t rotation, bool flipped, int32_t width, int32_t height, int32_t crop_width, int32_t crop_height, int32_t x,
    int32_t y, CFScaler* out) {
    cf_prepare();
    CFScaler scaler = calloc(1, sizeof *scaler);
    if (!scaler || !(scaler->result = av_frame_alloc())) {
        free(scaler);
        return cf_refuse(CFFailed, "out of memory");
    }
    const char* turn = rotation == 90    ? "transpose=clock,"
                       : rotation == 180 ? "hflip,vflip,"
                       : rotation == 270 ? "transpose=cclock,"
                                         : "";
    int length = snprintf(
        scaler->filters, sizeof scaler->filters, "%s%sscale=%d:%d:flags=bicubic,", flipped ? "hflip," : "", turn, width,
        height);
    if (crop_width != width || crop_height != height) {
        length += snprintf(
            scaler->filters + length, sizeof scaler->filters - length, "crop=%d:%d:%d:%d,", crop_width, crop_height, x, y);
    }
    snprintf(scaler->filters + length, sizeof scaler->filters - length, "format=rgb24");
    *out = scaler;
    return CFOk;
}

void cf_scaler_free(CFScaler scaler) {
    if (!scaler) return;
    avfilter_graph_free(&scaler->graph);
    av_frame_free(&scaler->result);
    free(scaler);
}

static int build(CFScaler scaler, const AVFrame* frame) {
    avfilter_graph_free(&scaler->graph);
    AVFilterGraph* graph = scaler->graph = avfilter_graph_alloc();
    AVFilterInOut* inputs = avfilter_inout_alloc();
    AVFilterInOut* outputs = avfilter_inout_alloc();
    AVBufferSrcParameters* parameters = av_buffersrc_parameters_alloc();
    int code = AVERROR(ENOMEM);
    if (!graph || !inputs || !outputs || !parameters) goto end;
    graph->nb_threads = 1;
    // Conversions that the graph puts in by itself scale by this.
    graph->scale_sws_opts = av_strdup("flags=bicubic");
    scaler->source = avfilter_graph_alloc_filter(graph, avfilter_get_by_name("buffer"), "in");
    scaler->sink = avfilter_graph_alloc_filter(graph, avfilter_get_by_name("buffersink"), "out");
    if (!scaler->source || !scaler->sink) goto end;
    parameters->format = frame->format;
    parameters->width = frame->width;
    parameters->height = frame->height;
    parameters->time_base = (AVRational){1, 1000};
    parameters->sample_aspect_ratio = frame->sample_aspect_ratio;
#if LIBAVFILTER_VERSION_MAJOR >= 10
    parameters->color_space = frame->colorspace;
    parameters->color_range = frame->color_range;
#endif
    if ((code = av_buffersrc_parameters_set(scaler->source, parameters)) < 0) goto end;
    if ((code = avfilter_init_str(scaler->source, NULL)) < 0) goto end;
    if ((code = avfilter_init_str(scaler->sink, NULL)) < 0) goto end;
    outputs->name = av_strdup("in");
    outputs->filter_ctx = scaler->source;
    inputs->name = av_strdup("out");
    inputs->filter_ctx = scaler->sink;
    if ((code = avfilter_graph_parse_ptr(graph, scaler->filters, &inputs, &outputs, NULL)) < 0) goto end;
    code = avfilter_graph_config(graph, NULL);
    scaler->width = frame->width;
    scaler->height = frame->height;
    scaler->format = frame->format;
    scaler->space = frame->colorspace;
    scaler->range = frame->color_range;
end:
    av_free(parameters);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    if (code < 0) avfilter_graph_free(&scaler->graph);
    return code;
}

CFStatus cf_scale(CFScaler scaler, CFPicture picture, uint8_t* out) {
    cf_clear();
    AVFrame* frame = picture->frame;
    // A stream may change its size or format midway.
    bool fits = scaler->graph && scaler->width == frame->width && scaler->height == frame->height &&
                scaler->format == frame->format && scaler->space == (int)frame->colorspace &&
                scaler->range == (int)frame->color_range;
    int code = fits ? 0 : build(scaler, frame);
    if (code >= 0) code = av_buffersrc_add_frame_flags(scaler->source, frame, AV_BUFFERSRC_FLAG_KEEP_REF);
    if (code >= 0) code = av_buffersink_get_frame(scaler->sink, scaler->result);
    if (code < 0) {
        avfilter_graph_free(&scaler->graph);
        return cf_fail(code, "a picture is not scaled");
    }
    AVFrame* result = scaler->result;
    av_image_copy_plane(out, result->width * 3, result->data[0], result->linesize[0], result->width * 3, result->height);
    av_frame_unref(result);
    return CFOk;
}
