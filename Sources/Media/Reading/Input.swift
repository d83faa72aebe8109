import CFFmpeg
import Foundation

/// An open video file: packets and pictures in file order. It belongs to one thread at a time.
final class Input {
    let file: String
    let info: CFVideoInfo
    let handle: CFInput

    /// Opens a file for its pictures (`CFVideo`) or for the sound that goes with them (`CFAudio`).
    init(_ url: URL, _ kind: CFStreamKind = CFVideo) throws(MediaError) {
        file = url.path
        try Self.checkFile(file)
        var handle: CFInput?
        let status = cf_open(file, kind, &handle)
        guard status == CFOk, let handle else { throw Self.error(status, file: file) }
        self.handle = handle
        var info = CFVideoInfo()
        cf_video_info(handle, &info)
        self.info = info
        var stream = CFStreamInfo()
        cf_stream_info(handle, info.stream_index, &stream)
        guard stream.decodable else {
            throw MediaError(file: file, problem: .unknownCodec(String(cString: stream.codec)))
        }
    }

    deinit { cf_input_free(handle) }

    /// What can be known without FFmpeg, and said better.
    private static func checkFile(_ file: String) throws(MediaError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            throw MediaError(file: file, problem: .notFound)
        }
        if isFolder.boolValue { throw MediaError(file: file, problem: .folder) }
        guard FileManager.default.isReadableFile(atPath: file) else { throw MediaError(file: file, problem: .denied) }
        let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        if size == 0 { throw MediaError(file: file, problem: .empty) }
    }

    /// The calling thread's last failure as an error with the file's name.
    static func error(_ status: CFStatus, file: String) -> MediaError {
        let message = String(cString: cf_last_error())
        let problem: MediaError.Problem =
            switch status {
            case CFNotFound: .notFound
            case CFDenied: .denied
            case CFNoVideo: message == "audio" ? .audioOnly : .notAVideo
            case CFNoCodec: .unknownCodec(message)
            case CFInvalid: message.contains("moov") && beginsAsMP4(file) ? .truncated : .notAVideo
            default: .damaged(message)
            }
        return MediaError(file: file, problem: problem)
    }

    /// Whether the file begins with a box of MP4 or MOV: text that is named .mp4 lacks a moov too.
    private static func beginsAsMP4(_ file: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: file), let head = try? handle.read(upToCount: 8) else {
            return false
        }
        return ["ftyp", "mdat", "moov", "wide", "free", "skip", "moof"].contains(
            String(decoding: head.dropFirst(4), as: UTF8.self))
    }

    var base: CFRational { info.time_base }

    /// Ticks as seconds.
    func seconds(_ ticks: Int64) -> Double { Double(ticks) * Double(base.num) / Double(base.den) }

    /// Degrees, display size and the like belong to ``VideoInfo``; what the scaler needs is here.
    func openDecoder(threads: Int, loopFilter: Bool) throws(MediaError) {
        let status = cf_decoder_open(handle, Int32(threads), loopFilter)
        if status != CFOk { throw Self.error(status, file: file) }
    }

    /// What ``read()`` found.
    enum Reading {
        case packet(Packet)
        case unreadable
        case end
    }

    func read() throws(MediaError) -> Reading {
        var packet: CFPacket?
        let status = cf_read(handle, &packet)
        switch status {
        case CFOk: return .packet(Packet(packet!, cameWithTrouble: cf_last_error().pointee != 0))
        case CFEnd: return .end
        default: return .unreadable
        }
    }
}

/// A packet, and what the container says of it.
final class Packet {
    let handle: CFPacket
    let info: CFPacketInfo
    /// Whether FFmpeg logged an error on the way to it.
    let cameWithTrouble: Bool

    init(_ handle: CFPacket, cameWithTrouble: Bool) {
        self.handle = handle
        self.cameWithTrouble = cameWithTrouble
        var info = CFPacketInfo()
        cf_packet_info(handle, &info)
        self.info = info
    }

    deinit { cf_packet_free(handle) }

    var hasTime: Bool { info.pts != .min }
}

/// A decoded picture in its stored format.
final class Picture {
    let handle: CFPicture
    let info: CFPictureInfo

    init(_ handle: CFPicture) {
        self.handle = handle
        var info = CFPictureInfo()
        cf_picture_info(handle, &info)
        self.info = info
    }

    deinit { cf_picture_free(handle) }
}
