import CZlib

/// Deflate streams and CRC-32, by zlib.
enum Zlib {
    /// The CRC-32 of all bytes.
    static func checksum(_ bytes: ByteSlice) -> UInt32 {
        bytes.withBytes { checksum($0) }
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
        UInt32(crc32_z(UInt(previous), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }

    /// Inflates a raw deflate stream of exactly `size` bytes.
    static func inflate(_ packed: ByteSlice, size: Int, _ place: FilePlace) throws -> ByteSlice {
        // Deflate cannot shrink by more than this: a larger claim would only fill the memory.
        guard size / 1032 <= packed.count else {
            throw place.damaged("it claims \(size) bytes, more than its \(packed.count) packed bytes can hold")
        }
        let storage = try ByteStorage(count: size) { output in
            try packed.withBytes { input in try inflate(input, into: output, place) }
        }
        return ByteSlice(storage)
    }

    private static func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, _ place: FilePlace
    ) throws {
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ByteStorage.OutOfMemory(byteCount: MemoryLayout<z_stream>.size)
        }
        defer { inflateEnd(&stream) }
        var unread = UnsafeMutableRawBufferPointer(mutating: input)[...]
        var unwritten = output[...]
        var extra: UInt8 = 0
        while true {
            // zlib counts in 32 bits: large members go through in pieces.
            let inputPiece = min(unread.count, Int(Int32.max))
            let outputPiece = min(unwritten.count, Int(Int32.max))
            stream.next_in = UnsafeMutableRawBufferPointer(rebasing: unread).bindMemory(to: UInt8.self).baseAddress
            stream.avail_in = UInt32(inputPiece)
            stream.avail_out = UInt32(outputPiece)
            let status = withUnsafeMutablePointer(to: &extra) { spare in
                // With the output full, one spare byte shows whether the stream really ends here.
                stream.next_out =
                    unwritten.isEmpty
                    ? spare : UnsafeMutableRawBufferPointer(rebasing: unwritten).bindMemory(to: UInt8.self).baseAddress
                if unwritten.isEmpty { stream.avail_out = 1 }
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            let overrun = unwritten.isEmpty && stream.avail_out == 0
            let readCount = inputPiece - Int(stream.avail_in)
            let writtenCount = unwritten.isEmpty ? 0 : outputPiece - Int(stream.avail_out)
            unread = unread.dropFirst(readCount)
            unwritten = unwritten.dropFirst(writtenCount)
            if overrun { throw place.damaged("it unpacks to more bytes than the archive's directory says") }
            switch status {
            case Z_STREAM_END:
                guard unwritten.isEmpty else { throw place.damaged("it unpacks to fewer bytes than it should") }
                return
            case Z_OK where readCount > 0 || writtenCount > 0: continue
            case Z_MEM_ERROR: throw ByteStorage.OutOfMemory(byteCount: output.count)
            default: throw place.damaged("its compressed bytes are wrong or cut")
            }
        }
    }

    /// Deflates bytes into a raw stream, at zlib's default level.
    static func deflate(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw ByteStorage.OutOfMemory(byteCount: MemoryLayout<z_stream>.size) }
        defer { deflateEnd(&stream) }
        var packed: [UInt8] = []
        var unread = UnsafeMutableRawBufferPointer(mutating: bytes)[...]
        let pieceSize = 1 << 16
        while true {
            let piece = UnsafeMutableRawBufferPointer(rebasing: unread.prefix(1 << 30))
            let isLast = piece.count == unread.count
            stream.next_in = piece.bindMemory(to: UInt8.self).baseAddress
            stream.avail_in = UInt32(piece.count)
            var status = Z_OK
            repeat {
                let output = [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, initialized in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(pieceSize)
                    status = CZlib.deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    initialized = pieceSize - Int(stream.avail_out)
                }
                packed += output
            } while stream.avail_out == 0 || (isLast && status == Z_OK)
            if isLast { return packed }
            unread = unread.dropFirst(piece.count)
        }
    }
}
