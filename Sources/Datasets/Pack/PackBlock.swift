/// A block as it will stand in the file.
struct PackBlock: Sendable {
    let name: String
    let rows: Int
    let clipLength: Double
    let bytes: [UInt8]
    let checksum: UInt64
    /// Of the files that it was made from; see ``PackStamps``.
    let stamp: UInt64?

    /// Reads rows, one block after the other, and stores them.
    ///
    /// - Throws: what reading throws; ``HalfOverflow`` where a number does not fit.
    init(
        name: String, clipLength: Double, _ blocks: [any FeatureRows], storage: PackFormat.Storage,
        stamp: UInt64? = nil
    ) throws {
        self.name = name
        self.stamp = stamp
        self.clipLength = clipLength
        rows = blocks[0].count
        let count = blocks.reduce(0) { $0 + $1.count * $1.width }
        let numbers = try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            guard var place = buffer.baseAddress else { return }
            for block in blocks {
                try block.write(to: place)
                place += block.count * block.width
            }
            filled = count
        }
        switch storage {
        case .float32: bytes = numbers.withUnsafeBytes { [UInt8]($0) }
        case .float16:
            let halves = numbers.map { Float16($0) }
            guard halves.allSatisfy(\.isFinite) else { throw HalfOverflow(name: name) }
            bytes = halves.withUnsafeBytes { [UInt8]($0) }
        }
        checksum = bytes.withUnsafeBytes(PackChecksum.of)
    }
}

/// Features that are not normalised can be too large for half precision.
public struct HalfOverflow: Error, Sendable, Equatable, CustomStringConvertible {
    /// The video's name, or the qid.
    public let name: String
    /// The message.
    public var description: String {
        "Features of \(name) hold numbers beyond 65504, which float16 cannot. Store float32, or normalise."
    }
}
