import Foundation
import TensorFiles

/// Reads and checks header and index of a pack. Nothing in the file is trusted.
struct PackReader {
    struct Index {
        let recipe: FeatureRecipe
        let storage: PackFormat.Storage
        let videos: [String: PackFormat.Entry]
        let texts: [String: PackFormat.Entry]
    }

    let path: String

    func read(_ bytes: UnsafeRawBufferPointer) throws -> Index {
        if bytes.isEmpty { throw error(.empty) }
        guard bytes.starts(with: PackFormat.magic) else {
            throw error(.wrongFormat("this is no pack of features. `moments pack` makes one."))
        }
        guard bytes.count >= PackFormat.headerSize else { throw damaged("it ends inside its header") }
        var header = PackCursor(UnsafeRawBufferPointer(rebasing: bytes[8..<PackFormat.headerSize]))
        let version = header.next(UInt32.self)!
        // Before the checksum: another version may have another header.
        guard version == PackFormat.version else {
            let known = "this program reads version \(PackFormat.version). Pack the features again."
            throw error(.unsupported("version \(version) of the pack format; \(known)"))
        }
        let kind = header.next(UInt32.self)!
        let length = header.nextCount()
        let indexOffset = header.nextCount()
        let indexLength = header.nextCount()
        let indexChecksum = header.next(UInt64.self)!
        _ = header.next(UInt64.self)
        guard header.next(UInt64.self) == PackChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<56])) else {
            throw damaged("its header does not match its checksum")
        }
        guard length == bytes.count else {
            throw damaged("it has \(bytes.count) bytes where its header says \(length.map(String.init) ?? "too many")")
        }
        guard let storage = PackFormat.Storage(rawValue: kind) else {
            throw error(.unsupported("numbers stored in the way \(kind)"))
        }
        guard let indexOffset, let indexLength, indexOffset >= PackFormat.headerSize, indexOffset <= bytes.count,
            indexLength == bytes.count - indexOffset
        else { throw damaged("its index lies outside of it") }
        let index = UnsafeRawBufferPointer(rebasing: bytes[indexOffset...])
        guard PackChecksum.of(index) == indexChecksum else { throw damaged("its index does not match its checksum") }
        return try read(index: index, storage, blocks: PackFormat.headerSize..<indexOffset)
    }

    private func read(
        index: UnsafeRawBufferPointer, _ storage: PackFormat.Storage, blocks: Range<Int>
    ) throws -> Index {
        var cursor = PackCursor(index)
        guard let json = cursor.nextBytes(cursor.nextCount()) else { throw damaged("its recipe is cut") }
        let recipe: FeatureRecipe
        do {
            recipe = try JSONDecoder().decode(FeatureRecipe.self, from: Data(json))
        } catch {
            throw damaged("its recipe cannot be read: \(error)")
        }
        let widths = recipe.video.map(\.width) + [recipe.textWidth, recipe.pooledWidth ?? 1]
        guard widths.allSatisfy({ (1...1 << 24).contains($0) }), recipe.video.count <= 1 << 10 else {
            throw damaged("its recipe has impossible widths")
        }
        let videos = try entries(.video, &cursor, recipe, storage, blocks)
        let texts = try entries(.text, &cursor, recipe, storage, blocks)
        guard cursor.isAtEnd else { throw damaged("its index has more bytes than entries") }
        return Index(recipe: recipe, storage: storage, videos: videos, texts: texts)
    }

    private func entries(
        _ subject: FeatureError.Subject, _ cursor: inout PackCursor, _ recipe: FeatureRecipe,
        _ storage: PackFormat.Storage, _ blocks: Range<Int>
    ) throws -> [String: PackFormat.Entry] {
        guard let count = cursor.nextCount(), count <= cursor.bytes.count / 36 else {
            throw damaged("its index has an impossible count of entries")
        }
        var entries: [String: PackFormat.Entry] = [:]
        entries.reserveCapacity(count)
        for _ in 0..<count {
            guard let name = cursor.nextBytes(cursor.next(UInt32.self).map { Int($0) }),
                let offset = cursor.nextCount(),
                let rows = cursor.nextCount(), let checksum = cursor.next(UInt64.self),
                let seconds = cursor.next(UInt64.self)
            else { throw damaged("its index is cut") }
            let text = String(decoding: name, as: UTF8.self)
            let clipLength = Double(bitPattern: seconds)
            guard let size = Self.blockSize(subject, rows: rows, recipe, storage), rows > 0,
                offset >= blocks.lowerBound, offset % PackFormat.alignment == 0, offset <= blocks.upperBound,
                size <= blocks.upperBound - offset, subject == .text || clipLength > 0 && clipLength.isFinite
            else { throw damaged("the block of \(subject.rawValue) \(text) lies outside of it") }
            let entry = PackFormat.Entry(offset: offset, rows: rows, checksum: checksum, clipLength: clipLength)
            guard entries.updateValue(entry, forKey: text) == nil else {
                throw damaged("\(subject.rawValue) \(text) stands twice in its index")
            }
        }
        return entries
    }

    /// Bytes of a block; nil where nobody has so many.
    static func blockSize(
        _ subject: FeatureError.Subject, rows: Int, _ recipe: FeatureRecipe, _ storage: PackFormat.Storage
    ) -> Int? {
        guard rows <= 1 << 32 else { return nil }
        let numbers = subject == .video ? rows * recipe.videoWidth : rows * recipe.textWidth + (recipe.pooledWidth ?? 0)
        let (bytes, overflow) = numbers.multipliedReportingOverflow(by: storage.itemSize)
        return overflow ? nil : bytes
    }

    private func error(_ problem: TensorFileError.Problem) -> TensorFileError {
        TensorFileError(file: path, problem: problem)
    }

    private func damaged(_ what: String) -> TensorFileError { error(.damaged(what)) }
}
