import CZlib
import Foundation

/// Makes archives, good ones and bad ones.
struct TarMaker {
    private var bytes = Data()

    /// An entry with any type and any path.
    mutating func add(
        _ path: String, _ contents: Data = Data(), type: Character = "0", target: String = "", size: Int? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(String(path.prefix(100)), at: 0)
        put("0000644\0", at: 100)
        put(octal(size ?? contents.count, digits: 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(String(target.prefix(100)), at: 157)
        put("ustar\u{0}00", at: 257)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + "\0 ", at: 148)
        bytes += Data(header) + contents + Data(count: (512 - contents.count % 512) % 512)
    }

    /// An entry whose long path GNU's tar writes before it.
    mutating func addGNU(_ path: String, _ contents: Data) {
        add("././@LongLink", Data(path.utf8) + [0], type: "L")
        add(String(path.prefix(100)), contents)
    }

    /// An entry whose path and size stand in an extended header.
    mutating func addPAX(_ path: String, _ contents: Data) {
        var header = ""
        for (key, value) in [("path", path), ("size", "\(contents.count)")] {
            let rest = " \(key)=\(value)\n"
            var length = rest.utf8.count
            while "\(length)".utf8.count + rest.utf8.count != length {
                length = "\(length)".utf8.count + rest.utf8.count
            }
            header += "\(length)\(rest)"
        }
        add("PaxHeaders/x", Data(header.utf8), type: "x")
        add("short", contents, size: 0)
        // Only the extended header knows the size.
    }

    /// The whole, without the end mark that some writers leave out.
    var tar: Data { bytes + Data(count: 1024) }

    var gzip: Data { Self.gzip(tar) }

    static func gzip(_ data: Data) -> Data {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = [UInt8](data)
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
        let room = output.count
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
                (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(room))
                _ = deflate(&stream, Z_FINISH)
            }
        }
        return Data(output.prefix(room - Int(stream.avail_out)))
    }

    private func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
