import CFaiss
import Foundation

/// An inverted file of compressed vectors, by FAISS: finds rows that are probably near, without looking at most of them.
///
/// Vectors are divided into lists by the centre that is nearest, and each is kept as some bytes (`IndexIVFPQ`, inner
/// product). A written index is opened with its lists in the mapped file, so that it need not fit into memory.
final class CompressedIndex: @unchecked Sendable {
    // Sendable: a search only reads; what adds is not shared before it has ended.
    private let handle: CFaissIndex
    /// Numbers a vector.
    let width: Int
    /// Lists that the vectors are divided into.
    let lists: Int

    private init(_ handle: CFaissIndex) {
        self.handle = handle
        var (width, lists) = (Int32(0), Int64(0))
        _ = cfaiss_sizes(handle, &width, &lists)
        (self.width, self.lists) = (Int(width), Int(lists))
    }

    deinit { cfaiss_free(handle) }

    /// Learns lists and codes from rows that stand for all; the index is empty then.
    ///
    /// - Parameters:
    ///   - rows: N·width numbers, row after row.
    ///   - bytes: Of a vector's code; it divides the width.
    convenience init(learningFrom rows: [Float], width: Int, lists: Int, bytes: Int, seed: Int = 1) throws(FaissError) {
        var handle: CFaissIndex?
        let count = Int64(rows.count / width)
        try Self.check(cfaiss_train(rows, count, Int32(width), Int64(lists), Int32(bytes), Int64(seed), &handle))
        self.init(handle!)
    }

    /// Opens what ``write(to:)`` wrote.
    convenience init(mapping url: URL) throws(FaissError) {
        var handle: CFaissIndex?
        try Self.check(cfaiss_open(url.path, &handle))
        self.init(handle!)
    }

    /// Adds rows under numbers of their own.
    func add(_ rows: [Float], numbers: [Int64]) throws(FaissError) {
        precondition(rows.count == numbers.count * width, "\(rows.count) numbers in \(numbers.count) rows of \(width)")
        try Self.check(cfaiss_add(handle, rows, numbers, Int64(numbers.count)))
    }

    /// Writes the index; half a file may be left where this fails.
    func write(to url: URL) throws(FaissError) { try Self.check(cfaiss_write(handle, url.path)) }

    /// Numbers of rows that are probably nearest, best first.
    ///
    /// - Parameters:
    ///   - probes: Lists that are looked through.
    ///   - ranges: Only numbers inside of these count; they are in order.
    func nearest(to vector: [Float], count: Int, probes: Int, in ranges: [Range<Int>]) throws(FaissError) -> [Int] {
        precondition(vector.count == width, "a vector of \(vector.count) among rows of \(width)")
        let bounds = ranges.flatMap { [Int64($0.lowerBound), Int64($0.upperBound)] }
        var numbers = [Int64](repeating: -1, count: count)
        var found = Int64(0)
        try Self.check(
            cfaiss_search(
                handle, vector, Int64(min(probes, lists)), Int64(count), bounds, Int64(ranges.count), &numbers, &found))
        return numbers.prefix(Int(found)).map { Int($0) }
    }

    private static func check(_ status: CFaissStatus) throws(FaissError) {
        // The message is read at once, on the thread that failed.
        if status != 0 { throw FaissError(description: String(cString: cfaiss_last_error())) }
    }
}

/// FAISS could not do what it was asked.
struct FaissError: Error, CustomStringConvertible {
    let description: String
}
