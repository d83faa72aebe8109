import Foundation

/// The lines of a text, without their ends, blank ones left out.
///
/// Lines end with LF or CRLF; the last one need not end. A byte-order mark is passed over.
struct LineScanner {
    /// One line, with its number counted from 1.
    struct Line {
        var number: Int
        var bytes: UnsafeBufferPointer<UInt8>
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    /// How many lines have been passed, blank ones included.
    private(set) var lineCount = 0

    /// - Parameter mayBeginWithMark: whether this is the start of a file.
    init(_ bytes: UnsafeBufferPointer<UInt8>, mayBeginWithMark: Bool = true) {
        self.bytes = bytes
        position = mayBeginWithMark ? Self.lengthOfMark(in: bytes) : 0
    }

    mutating func next() -> Line? {
        while position < bytes.count {
            let start = position
            var end = Self.endOfLine(in: bytes, from: start)
            position = end + 1
            lineCount += 1
            if end > start, bytes[end - 1] == 0x0D { end -= 1 }
            let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
            if line.contains(where: { $0 != 0x20 && $0 != 0x09 }) { return Line(number: lineCount, bytes: line) }
        }
        return nil
    }

    /// 3 where the text begins with the UTF-8 byte-order mark, else 0.
    static func lengthOfMark(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The offset of the next LF, or of the end.
    static func endOfLine(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = bytes.baseAddress, start < bytes.count,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return bytes.count }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
}
