import CZlib
import Foundation

/// The bytes of a gzip file, unpacked in pieces; several members follow each other.
final class GzipReader {
    private let handle: FileHandle
    private var stream = z_stream()
    private var input: [UInt8] = []
    private var isOpen = false
    private var memberEnded = true

    /// - Throws: ``DownloadError``.
    init(_ url: URL) throws {
        do {
            handle = try FileHandle(forReadingFrom: url)
        } catch {
            throw DownloadError.unreadable(path: url.path, reason: error.localizedDescription)
        }
        // 16 more than the largest window: only gzip.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ArchiveFailure(.damaged("zlib does not start"))
        }
        isOpen = true
    }

    deinit { if isOpen { inflateEnd(&stream) } }

    /// The next bytes, as many as asked for or fewer at the end; empty at the end.
    ///
    /// - Throws: ``ArchiveFailure``.
    func read(upTo count: Int) throws -> [UInt8] {
        var failure: ArchiveFailure?
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, failure == nil {
                if input.isEmpty {
                    input = [UInt8](try handle.read(upToCount: 1 << 18) ?? Data())
                    if input.isEmpty {
                        if !memberEnded { failure = ArchiveFailure(.truncated) }
                        break
                    }
                }
                if memberEnded {
                    inflateReset(&stream)
                    memberEnded = false
                }
                let status = input.withUnsafeMutableBufferPointer { source in
                    stream.next_in = source.baseAddress
                    stream.avail_in = UInt32(source.count)
                    stream.next_out = buffer.baseAddress.map { $0 + filled }
                    stream.avail_out = UInt32(min(count - filled, 1 << 30))
                    let room = stream.avail_out
                    let status = inflate(&stream, Z_NO_FLUSH)
                    filled += Int(room - stream.avail_out)
                    return status
                }
                input.removeFirst(input.count - Int(stream.avail_in))
                switch status {
                case Z_OK, Z_BUF_ERROR: break
                case Z_STREAM_END: memberEnded = true
                default: failure = ArchiveFailure(.damaged(stream.msg.map { String(cString: $0) } ?? "zlib \(status)"))
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// What is wrong with an archive, before its name is known.
struct ArchiveFailure: Error {
    let problem: ArchiveProblem

    init(_ problem: ArchiveProblem) { self.problem = problem }
}
