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

    /// Writes rows from a place on, and waits until they are on the disk.
    ///
    /// - Parameter rows: N×width; they are normalised here. A row of zeros stays one.
    /// - Throws: ``LibraryError``.
    func write(_ rows: Tensor, at firstRow: Int) throws(LibraryError) {
        precondition(rows.rank == 2 && rows.size(1) == width, "rows \(rows.shape) of width \(width)")
        let norms = rows.squared().sum(1, keep: true).sqrt().clamped(min: 1e-12)
        let halves = StoredTensor((rows / norms).to(.float16))
        let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let isWritten = halves.withUnsafeBytes { bytes in
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
