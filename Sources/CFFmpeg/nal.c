// Which packets decoding can start at, and which no other picture depends on, read from the packets themselves.
#include "bridge.h"

typedef struct {
    bool pictures, idr, referenced;
} Slices;

/// H.264: the first byte of a unit holds its type and whether other pictures refer to it.
static void note_unit(const uint8_t* unit, int size, Slices* slices) {
    if (size < 2) return;
    int type = unit[0] & 31;
    if (type != 1 && type != 2 && type != 5) return;
    slices->pictures = true;
    if (unit[0] >> 5 & 3) slices->referenced = true;
    if (type == 5) slices->idr = true;
}

static Slices slices_of(const AVCodecParameters* codec, const AVPacket* packet) {
    Slices slices = {0};
    const uint8_t* bytes = packet->data;
    int size = packet->size;
    // Configuration records begin with 1; Annex B streams have start codes.
    if (codec->extradata_size > 6 && codec->extradata[0] == 1) {
        int prefix = (codec->extradata[4] & 3) + 1;
        for (int at = 0; at + prefix < size;) {
            uint32_t length = 0;
            for (int i = 0; i < prefix; ++i) length = length << 8 | bytes[at + i];
            at += prefix;
            if (length > (uint32_t)(size - at)) {
                slices.pictures = false;
                return slices;
            }
            note_unit(bytes + at, (int)length, &slices);
            at += (int)length;
        }
    } else {
        for (int at = 0; at + 4 < size; ++at) {
            if (bytes[at] || bytes[at + 1] || bytes[at + 2] != 1) continue;
            note_unit(bytes + at + 3, size - at - 3, &slices);
            at += 3;
        }
    }
    return slices;
}

void cf_classify(const AVCodecParameters* codec, CFPacket box) {
    bool key = box->packet->flags & AV_PKT_FLAG_KEY;
    box->entry = key;
    box->disposable = false;
    if (codec->codec_id != AV_CODEC_ID_H264) return;
    Slices slices = slices_of(codec, box->packet);
    if (!slices.pictures) {
        box->entry = false;
        return;
    }
    // Gradual refreshes and open groups are marked as key frames too, but lean on what was before.
    box->entry = key && slices.idr;
    box->disposable = !key && !slices.referenced;
}
