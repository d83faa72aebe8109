/// A C interface to the part of FFmpeg that Moments needs.
///
/// Rules, the same for every function:
/// - It returns a `CFStatus`. Below zero it failed, and `cf_last_error()` gives the message, which belongs to the
///   calling thread and lives until that thread's next call.
/// - Results come through the out-parameters at the end. Nothing is handed out when the call failed.
/// - A handle is used by one thread at a time; handles are freed by their own `…_free`, which take NULL.
/// - Times of an input are ticks of the video's time base, counted from the container's start.
#ifndef CFFMPEG_H
#define CFFMPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    CFOk = 0,
    /// Nothing now: the decoder wants another packet, or is full.
    CFAgain = 1,
    CFEnd = 2,
    CFFailed = -1,
    /// The bytes break their format's rules.
    CFInvalid = -2,
    CFNotFound = -3,
    CFDenied = -4,
    /// No stream of pictures; `cf_last_error` is "audio" where there is one of sound.
    CFNoVideo = -5,
    CFNoCodec = -6,
} CFStatus;

typedef struct {
    int32_t num, den;
} CFRational;

typedef struct CFInputBox* CFInput;
typedef struct CFPacketBox* CFPacket;
typedef struct CFPictureBox* CFPicture;
typedef struct CFScalerBox* CFScaler;

// MARK: runtime.c

const char* cf_last_error(void);
uint32_t cffmpeg_avformat_version(void);
/// ticks · from / to, rounded to the nearest, halves away from zero: as FFmpeg's `fps` filter does.
int64_t cf_rescale(int64_t ticks, CFRational from, CFRational to);
/// The nearest fraction with terms up to a million, as FFmpeg reads a rate.
CFRational cf_rational(double value);

// MARK: input.c: open a file, read packets

typedef enum { CFVideo = 0, CFAudio = 1, CFSubtitle = 2, CFData = 3 } CFStreamKind;

typedef struct {
    CFStreamKind kind;
    /// Borrowed from FFmpeg's tables.
    const char* codec;
    bool decodable;
} CFStreamInfo;

typedef struct {
    /// Borrowed from FFmpeg's tables.
    const char *container, *codec;
    int32_t stream_index, stream_count;
    int32_t width, height;
    CFRational sample_aspect, frame_rate, time_base;
    /// Degrees clockwise that the pictures are turned by for display: 0, 90, 180 or 270.
    int32_t rotation;
    bool flipped;
    /// Seconds: where the container's clock starts; the video's first time counted from there.
    double container_start, video_start;
    /// Seconds from the container's start, by the header; negative where it says nothing.
    double video_end, container_duration;
    bool has_audio, attached_picture;
} CFVideoInfo;

/// Opens a file for its video (`CFVideo`) or for the sound that goes with it (`CFAudio`); other streams are passed over.
CFStatus cf_open(const char* path, CFStreamKind kind, CFInput* out);
void cf_input_free(CFInput input);
CFStatus cf_video_info(CFInput input, CFVideoInfo* out);
CFStatus cf_stream_info(CFInput input, int32_t index, CFStreamInfo* out);
/// The next packet of the chosen stream. `CFInvalid` where it could not be read and the next one may be.
CFStatus cf_read(CFInput input, CFPacket* out);
/// Moves to a key frame at or before `ticks`.
CFStatus cf_seek(CFInput input, int64_t ticks);

typedef struct {
    /// INT64_MIN where the container gives none.
    int64_t pts, dts, duration;
    bool key, corrupt;
    /// Decoded for the sake of others, never shown (an edit list cuts it off).
    bool hidden;
    /// Decoding can start here: a key frame which nothing shown after it needs anything before.
    bool entry;
    /// No other picture depends on it.
    bool disposable;
    int32_t bytes;
} CFPacketInfo;

void cf_packet_info(CFPacket packet, CFPacketInfo* out);
void cf_packet_free(CFPacket packet);

// MARK: decoder.c

/// `threads` 0 leaves the number to FFmpeg.
CFStatus cf_decoder_open(CFInput input, int32_t threads, bool loop_filter);
/// NULL ends the stream: what is held back comes out.
CFStatus cf_send(CFInput input, CFPacket packet);
CFStatus cf_receive(CFInput input, CFPicture* out);
/// Ready for a new start.
void cf_flush(CFInput input);

typedef struct {
    int64_t pts, duration;
    int32_t width, height;
    bool key, corrupt;
} CFPictureInfo;

void cf_picture_info(CFPicture picture, CFPictureInfo* out);
void cf_picture_free(CFPicture picture);
/// A picture of RGB bytes, `width * height * 3` of them, which are copied.
CFStatus cf_picture_from_rgb(const uint8_t* rgb, int32_t width, int32_t height, CFPicture* out);

// MARK: scaler.c: pictures to RGB bytes

/// Turns, scales to `width × height`, cuts `crop_width × crop_height` out at (x, y), and converts to RGB: a chain of
/// FFmpeg's own filters.
CFStatus cf_scaler_new(
    int32_t rotation, bool flipped, int32_t width, int32_t height, int32_t crop_width, int32_t crop_height, int32_t x,
    int32_t y, CFScaler* out);
void cf_scaler_free(CFScaler scaler);
/// Writes `crop_width * crop_height * 3` bytes.
CFStatus cf_scale(CFScaler scaler, CFPicture picture, uint8_t* out);

// MARK: encoder.c: pictures or packets to a file

typedef struct CFOutputBox* CFOutput;

typedef struct {
    /// The encoder's name in FFmpeg, and its own options as `name=value:name=value`.
    const char *encoder, *options;
    int32_t width, height;
    CFRational time_base, frame_rate, sample_aspect;
    /// Degrees clockwise that players are to turn the pictures by.
    int32_t rotation;
    /// Pictures from one key frame to the next at most; pictures out of order in a row, below zero as the encoder likes.
    int32_t key_interval, reordered;
    int32_t threads;
    /// Bits a second, or a fixed quantiser; 0 for none.
    int64_t bit_rate;
    int32_t global_quality;
} CFVideoSettings;

/// `container` is FFmpeg's name of a muxer; NULL takes it from the path.
CFStatus cf_output_new(const char* path, const char* container, CFOutput* out);
/// Frees without finishing the file.
void cf_output_free(CFOutput output);
CFStatus cf_output_video(CFOutput output, const CFVideoSettings* settings);
/// A second stream, of silence.
CFStatus cf_output_silence(CFOutput output, const char* encoder);
/// The video of another file as a stream to be copied.
CFStatus cf_output_copy_stream(CFOutput output, CFInput input);
/// The sound of an input as a second stream: copied where the container takes it, else encoded as AAC. `CFNoCodec` where
/// neither can be; the output is then as it was.
CFStatus cf_output_sound(CFOutput output, CFInput input);
/// Writes the header; streams are added before, pictures and packets after.
CFStatus cf_output_begin(CFOutput output);
CFStatus cf_output_silence_to(CFOutput output, double seconds);
/// `width * height * 3` bytes, shown from `pts` on.
CFStatus cf_output_rgb(CFOutput output, const uint8_t* rgb, int64_t pts);
/// Writes a packet of `input`, `offset` of its ticks earlier. NULL ends its sound: what is held back comes out.
CFStatus cf_output_copy(CFOutput output, CFInput input, CFPacket packet, int64_t offset);
/// Writes what is held back and the trailer.
CFStatus cf_output_end(CFOutput output);

// MARK: picture.c: one picture as PNG or JPEG

/// `quality` is JPEG's quantiser, 1 (best) to 31. `*bytes` is freed by `cf_bytes_free`.
CFStatus cf_picture_encode(CFPicture picture, bool jpeg, int32_t quality, uint8_t** bytes, size_t* count);
void cf_bytes_free(uint8_t* bytes);

#endif
