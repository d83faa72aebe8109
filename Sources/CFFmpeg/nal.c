// Which packets decoding can start at, and which no other picture depends on, read from the packets themselves.
#include "bridge.h"

/// Unsigned Exp-Golomb number at `*bit`.
static uint32_t golomb(const uint8_t* bytes, int size, int* bit) {
    int zeros = 0;
    while (*bit < size * 8 && !(bytes[*bit >> 3] >> (7 - (*bit & 7)) & 1)) {
        if (++zeros > 24) return UINT32_MAX;
        ++*bit;
    }
    uint32_t value = 0;
    for (int i = 0; i <= zeros && *bit < size * 8; ++i, ++*bit) {
        value = value << 1 | (bytes[*bit >> 3] >> (7 - (*bit & 7)) & 1);
    }
    return value - 1;
}

typedef struct {
    bool pictures, idr, all_intra, referenced;
} Slices;

/// H.264: the first byte of a unit holds its type and whether other pictures refer to it.
static void note_unit(const uint8_t* unit, int size, Slices* slices) {
    if (size < 2) return;
    int type = unit[0] & 31;
    if (type != 1 && type != 2 && type != 5) return;
    slices->pictures = true;
    if (unit[0] >> 5 & 3) slices->referenced = true;
    if (type == 5) slices->idr = true;
    int bit = 8;
    golomb(unit, size, &bit);
    uint32_t slice = golomb(unit, size, &bit) % 5;
    if (slice != 2 && slice != 4) slices->all_intra = false;
}

static Slices slices_of(const AVCodecParameters* codec, const AVPacket* packet) {
    Slices slices = {.all_intra = true};
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
    // A gradual refresh is marked as a key frame too, but its first pictures still show what was before.
    box->entry = key && (slices.idr || slices.all_intra);
    box->disposable = !key && !slices.referenced;
}
