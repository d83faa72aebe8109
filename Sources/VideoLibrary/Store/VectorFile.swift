import CLinux
import Foundation
import TensorFiles
import Torch

/// The clips' vectors of one space in a file: rows of half precision, each of length 1, and nothing else.
///
/// How many rows count stands in the database. Rows behind them are of somebody who was interrupted, and are written over.
struct VectorFile {
    let url: URL
    /// Numbers a row.
    let width: Int

    private var rowBytes: Int { 2 * width }

    /// Rows as they are kept: of length 1, in half precision. A row of zeros stays one.
    ///
    /// - Parameter rows: N×width.
    static func stored(_ rows: Tensor) -> StoredTensor {
        StoredTensor(rows.normalized().to(.float16))
    }

    /// Writes rows from a place on, and waits until they are on the disk.
    ///
    /// - Parameter rows: N×width, as ``stored(_:)`` makes them.
    /// - Throws: ``LibraryError``.
    func write(_ rows: StoredTensor, at firstRow: Int) throws(LibraryError) {
        precondition(
            rows.dtype == .float16 && rows.shape.count == 2 && rows.shape[1] == width,
            "rows \(rows.shape) of width \(width)")
        let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let isWritten = rows.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let place = off_t(firstRow * rowBytes + done)
                let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, place)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return fdatasync(descriptor) == 0
        }
        guard isWritten else { throw failure() }
    }

    /// Gives the disk back what rows take. The file keeps its length, so that whoever has mapped it reads zeros there.
    ///
    /// Not every file system can; where it cannot, the rows keep their room until others are written over them.
    func discard(_ rows: Range<Int>) {
        let descriptor = open(url.path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = cl_punch_hole(descriptor, Int64(rows.lowerBound * rowBytes), Int64(rows.count * rowBytes))
    }

    /// The first rows, in the mapped file: count×width in half precision.
    ///
    /// - Throws: ``LibraryError`` where the file has fewer.
    func rows(_ count: Int) throws(LibraryError) -> StoredTensor {
        let storage: ByteStorage
        do {
            storage = try ByteStorage(mapping: url)
        } catch {
            throw .unusable(folder: url.path, reason: "\(error)")
        }
        guard storage.count >= count * rowBytes else {
            throw .unusable(
                folder: url.path,
                reason: "it has \(storage.count / rowBytes) rows of \(count); index again into a new folder")
        }
        return StoredTensor(dtype: .float16, shape: [count, width], storage: storage)
    }

    private func failure() -> LibraryError {
        .unusable(folder: url.path, reason: String(cString: strerror(errno)))
    }
}
