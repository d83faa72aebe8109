import CFFmpeg
import Foundation

extension Frame {
    /// The frame as the bytes of a PNG file.
    ///
    /// - Throws: ``MediaError``.
    public func png() throws(MediaError) -> Data { try encoded(asJPEG: false, quantiser: 1) }

    /// The frame as the bytes of a JPEG file.
    ///
    /// - Parameter quality: 1 (smallest) to 100 (best).
    /// - Throws: ``MediaError``.
    public func jpeg(quality: Int = 85) throws(MediaError) -> Data {
        precondition((1...100).contains(quality), "a quality of \(quality)")
        // FFmpeg's quantiser runs from 31 down to 1.
        return try encoded(asJPEG: true, quantiser: 1 + (100 - quality) * 30 / 99)
    }

    private func encoded(asJPEG: Bool, quantiser: Int) throws(MediaError) -> Data {
        let picture = try picture()
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = cf_picture_encode(picture.handle, asJPEG, Int32(quantiser), &bytes, &count)
        guard status == CFOk, let bytes else { throw Input.error(status, file: "a picture in memory") }
        defer { cf_bytes_free(bytes) }
        return Data(bytes: bytes, count: count)
    }
}
