// Opening a file, what is in it, its packets.
#include <libavutil/avstring.h>
#include <libavutil/display.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bridge.h"

/// What counts as a file of pictures that move, or of sound. FFmpeg reads much more: pictures, text art, scripts, and lists
/// of other files and addresses, which it opens while it looks at the list. None of those is opened.
static const char* const formats =
    "aac,ac3,aiff,apng,asf,asf_o,av1,avi,avs2,avs3,cavsvideo,dhav,dirac,dv,evc,flac,flv,gif,gxf,h261,h263,h264,hevc,ivf,"
    "live_flv,m4v,matroska,mjpeg,mjpeg_2000,mov,mp3,mpeg,mpegts,mpegvideo,mpjpeg,mxf,nsv,nut,nuv,obu,ogg,rm,swf,vc1,vc1test,"
    "vvc,w64,wav,webm,wtv,yuv4mpegpipe";

CFStatus cf_open(const char* path, CFStreamKind kind, CFInput* out) {
    cf_prepare();
    CFInput input = calloc(1, sizeof *input);
    if (!input || !(input->format = avformat_alloc_context())) {
        free(input);
        return cf_refuse(CFFailed, "out of memory");
    }
    AVDictionary* options = NULL;
    // Should a container name others all the same, they must not be in the network.
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    av_dict_set(&options, "format_whitelist", formats, 0);
    // "file:" keeps a name with a colon from being read as an address.
    char* address = av_asprintf("file:%s", path);
    int code = avformat_open_input(&input->format, address, NULL, &options);
    av_free(address);
    av_dict_free(&options);
    CFStatus status = CFOk;
    if (code < 0) {
        // That is how a format is refused.
        status = code == AVERROR(EINVAL) ? cf_refuse(CFNoVideo, "not among the formats") : cf_fail(code, "cannot be opened");
        cf_input_free(input);
        return status;
    }
    code = avformat_find_stream_info(input->format, NULL);
    int index = av_find_best_stream(input->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (kind == CFAudio) index = av_find_best_stream(input->format, AVMEDIA_TYPE_AUDIO, -1, index, NULL, 0);
    if (index >= 0 && !(input->format->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC)) {
        input->stream = input->format->streams[index];
    } else if (code < 0) {
        status = cf_fail(code, "cannot be read");
    } else {
        bool audio = av_find_best_stream(input->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0) >= 0;
        status = cf_refuse(CFNoVideo, audio ? "audio" : "nothing");
    }
    if (status != CFOk) {
        cf_input_free(input);
        return status;
    }
    for (unsigned i = 0; i < input->format->nb_streams; ++i) {
        if ((int)i != index) input->format->streams[i]->discard = AVDISCARD_ALL;
    }
    if (input->format->start_time != AV_NOPTS_VALUE) {
        input->start_ticks = av_rescale_q(input->format->start_time, AV_TIME_BASE_Q, input->stream->time_base);
    }
    cf_clear();
    *out = input;
    return CFOk;
}

void cf_input_free(CFInput input) {
    if (!input) return;
    avcodec_free_context(&input->decoder);
    avformat_close_input(&input->format);
    free(input);
}

static const int32_t* display_matrix(const AVStream* stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    const AVPacketSideData* data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return data && data->size >= 36 ? (const int32_t*)data->data : NULL;
#else
    size_t size = 0;
    const uint8_t* data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 36 ? (const int32_t*)data : NULL;
#endif
}

CFStatus cf_video_info(CFInput input, CFVideoInfo* out) {
    AVFormatContext* format = input->format;
    AVStream* stream = input->stream;
    AVCodecParameters* codec = stream->codecpar;
    double base = av_q2d(stream->time_base);
    *out = (CFVideoInfo){
        .container = format->iformat->name,
        .codec = avcodec_get_name(codec->codec_id),
        .stream_index = stream->index,
        .stream_count = (int32_t)format->nb_streams,
        .width = codec->width,
        .height = codec->height,
        .sample_aspect = cf_from(av_guess_sample_aspect_ratio(format, stream, NULL)),
        .frame_rate = cf_from(av_guess_frame_rate(format, stream, NULL)),
        .time_base = cf_from(stream->time_base),
        .video_end = -1,
        .container_duration = -1,
    };
    if (stream->avg_frame_rate.num > 0 && stream->avg_frame_rate.den > 0) out->frame_rate = cf_from(stream->avg_frame_rate);
    if (format->start_time != AV_NOPTS_VALUE) out->container_start = format->start_time / (double)AV_TIME_BASE;
    if (stream->start_time != AV_NOPTS_VALUE) out->video_start = (stream->start_time - input->start_ticks) * base;
    if (stream->duration > 0) out->video_end = out->video_start + stream->duration * base;
    if (format->duration > 0) out->container_duration = format->duration / (double)AV_TIME_BASE;
    const int32_t* matrix = display_matrix(stream);
    if (matrix) {
        // A mirrored picture has a negative determinant; it is mirrored back before it is turned.
        int32_t upright[9];
        memcpy(upright, matrix, sizeof upright);
        out->flipped = (double)matrix[0] * matrix[4] - (double)matrix[1] * matrix[3] < 0;
        if (out->flipped) av_display_matrix_flip(upright, 1, 0);
        double angle = -av_display_rotation_get(upright);
        if (isfinite(angle)) out->rotation = (((int)lround(angle / 90) % 4 + 4) % 4) * 90;
    }
    for (unsigned i = 0; i < format->nb_streams; ++i) {
        if (format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) out->has_audio = true;
    }
    return CFOk;
}

CFStatus cf_stream_info(CFInput input, int32_t index, CFStreamInfo* out) {
    if (index < 0 || index >= (int32_t)input->format->nb_streams) return cf_refuse(CFFailed, "no such stream");
    AVCodecParameters* codec = input->format->streams[index]->codecpar;
    CFStreamKind kind = codec->codec_type == AVMEDIA_TYPE_VIDEO      ? CFVideo
                        : codec->codec_type == AVMEDIA_TYPE_AUDIO    ? CFAudio
                        : codec->codec_type == AVMEDIA_TYPE_SUBTITLE ? CFSubtitle
                                                                     : CFData;
    *out = (CFStreamInfo){
        .kind = kind,
        .codec = avcodec_get_name(codec->codec_id),
        .decodable = avcodec_find_decoder(codec->codec_id) != NULL,
    };
    return CFOk;
}

/// AVI counts its pictures and stores no times: after a break the count is behind. The table at the end of the file
/// knows better which picture lies where.
static void mend_count(CFInput input, AVPacket* packet) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(58, 64, 100)
    if (input->stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) return;
    if (strcmp(input->format->iformat->name, "avi") || packet->pos < 0 || packet->dts == AV_NOPTS_VALUE) return;
    int count = avformat_index_get_entries_count(input->stream);
    const AVIndexEntry* entry = NULL;
    // The table holds where a chunk begins, which is eight bytes before its contents.
    while (input->table_at < count && (entry = avformat_index_get_entry(input->stream, input->table_at)) &&
           entry->pos < packet->pos - 8) {
        ++input->table_at;
    }
    if (input->table_at >= count || !entry || entry->pos > packet->pos) return;
    int64_t behind = entry->timestamp - packet->dts;
    if (behind != input->behind) cf_refuse(CFInvalid, "packets are missing");
    input->behind = behind;
    packet->dts += behind;
    if (packet->pts != AV_NOPTS_VALUE) packet->pts += behind;
#endif
}

CFStatus cf_read(CFInput input, CFPacket* out) {
    cf_clear();
    AVPacket* packet = av_packet_alloc();
    if (!packet) return cf_refuse(CFFailed, "out of memory");
    for (;;) {
        int code = av_read_frame(input->format, packet);
        if (code < 0) {
            av_packet_free(&packet);
            return code == AVERROR_EOF ? CFEnd : cf_fail(code, "cannot be read");
        }
        if (packet->stream_index == input->stream->index) break;
        av_packet_unref(packet);
    }
    mend_count(input, packet);
    if (packet->pts != AV_NOPTS_VALUE) packet->pts -= input->start_ticks;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts -= input->start_ticks;
    CFPacket box = calloc(1, sizeof *box);
    if (!box) {
        av_packet_free(&packet);
        return cf_refuse(CFFailed, "out of memory");
    }
    box->packet = packet;
    cf_classify(input->stream->codecpar, box);
    *out = box;
    return CFOk;
}

CFStatus cf_seek(CFInput input, int64_t ticks) {
    cf_clear();
    input->table_at = 0;
    int code = av_seek_frame(input->format, input->stream->index, ticks + input->start_ticks, AVSEEK_FLAG_BACKWARD);
    return code < 0 ? cf_fail(code, "cannot be wound to a time") : CFOk;
}

void cf_packet_info(CFPacket box, CFPacketInfo* out) {
    AVPacket* packet = box->packet;
    *out = (CFPacketInfo){
        .pts = packet->pts,
        .dts = packet->dts,
        .duration = packet->duration,
        .key = packet->flags & AV_PKT_FLAG_KEY,
        .corrupt = packet->flags & AV_PKT_FLAG_CORRUPT,
        .hidden = packet->flags & AV_PKT_FLAG_DISCARD,
        .entry = box->entry,
        .disposable = box->disposable,
        .bytes = packet->size,
    };
}

void cf_packet_free(CFPacket box) {
    if (!box) return;
    av_packet_free(&box->packet);
    free(box);
}
