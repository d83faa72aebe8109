import Dispatch
import Foundation

/// What was read from one line.
struct ParsedLine<Value: Sendable>: Sendable {
    var number: Int
    var content: Parsed<Value>
}

/// Reads the lines of a text on all cores; the result is in the order of the lines.
///
/// - Parameter parse: reads one line, without its end. It must not keep the bytes.
func parseLines<Value: Sendable>(
    of text: UnsafeBufferPointer<UInt8>,
    _ parse: @Sendable (UnsafeBufferPointer<UInt8>) -> Parsed<Value>
) -> [ParsedLine<Value>] {
    let parts = split(text, intoAtMost: ProcessInfo.processInfo.activeProcessorCount)
    var results = Array(repeating: PartResult<Value>(), count: parts.count)
    results.withUnsafeMutableBufferPointer { results in
        // Each iteration has a part of the text and an element of the results to itself.
        nonisolated(unsafe) let results = results
        nonisolated(unsafe) let parts = parts
        DispatchQueue.concurrentPerform(iterations: parts.count) { index in
            results[index] = parsePart(parts[index], isFirst: index == 0, parse)
        }
    }
    var lines = results[0].lines
    var offset = results[0].lineCount
    for result in results.dropFirst() {
        lines += result.lines.lazy.map { ParsedLine(number: $0.number + offset, content: $0.content) }
        offset += result.lineCount
    }
    return lines
}

private struct PartResult<Value: Sendable> {
    /// Numbered from 1 within the part.
    var lines: [ParsedLine<Value>] = []
    /// Blank lines included.
    var lineCount = 0
}

private func parsePart<Value>(
    _ part: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ parse: (UnsafeBufferPointer<UInt8>) -> Parsed<Value>
) -> PartResult<Value> {
    var result = PartResult<Value>()
    var scanner = LineScanner(part, mayBeginWithMark: isFirst)
    while let line = scanner.next() {
        result.lines.append(ParsedLine(number: line.number, content: parse(line.bytes)))
    }
    result.lineCount = scanner.lineCount
    return result
}

/// Parts of about equal size that end with a line's end; small texts stay whole.
private func split(
    _ text: UnsafeBufferPointer<UInt8>, intoAtMost count: Int
) -> [UnsafeBufferPointer<UInt8>] {
    let size = max(text.count / max(count, 1) + 1, 1 << 17)
    var parts: [UnsafeBufferPointer<UInt8>] = []
    var start = 0
    while start < text.count {
        let end = min(LineScanner.endOfLine(in: text, from: min(start + size, text.count)) + 1, text.count)
        parts.append(UnsafeBufferPointer(rebasing: text[start..<end]))
        start = end
    }
    return parts.isEmpty ? [text] : parts
}
