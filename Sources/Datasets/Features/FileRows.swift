import TensorFiles

/// Rows of one or several arrays side by side, normalised while they are written.
struct FileRows: FeatureRows {
    /// The arrays, each at least ``count`` rows long where nothing is sampled.
    let parts: [FoundArray]
    let count: Int
    let width: Int
    let normalised: Bool
    /// Whether two more columns take the endpoints.
    let endpoints: Bool
    /// The rows there are, where more than ``count`` of them are averaged to fewer; nil to take the first ones.
    let sampledFrom: Int?
    let subject: FeatureError.Subject
    let key: FeatureKey

    init(
        _ parts: [FoundArray], count: Int, normalised: Bool, endpoints: Bool = false, sampledFrom: Int? = nil,
        _ subject: FeatureError.Subject, _ key: FeatureKey
    ) {
        self.parts = parts
        self.count = count
        width = parts.reduce(endpoints ? 2 : 0) { $0 + $1.tensor.shape[1] }
        self.normalised = normalised
        self.endpoints = endpoints
        self.sampledFrom = sampledFrom
        self.subject = subject
        self.key = key
    }

    func write(to destination: UnsafeMutablePointer<Float>) throws {
        var column = 0
        for part in parts {
            try write(part, to: destination + column)
            column += part.tensor.shape[1]
        }
        if endpoints { RowKernel.writeEndpoints(count: count, width: width, to: destination) }
    }

    private func write(_ part: FoundArray, to destination: UnsafeMutablePointer<Float>) throws {
        let tensor = part.tensor
        let columns = tensor.shape[1]
        for row in 0..<count {
            let output = destination + row * width
            let bad: Int?
            if let sampledFrom {
                average(tensor, Self.segment(row, of: count, in: sampledFrom), to: output)
                bad = RowKernel.write(output, count: columns, normalised: normalised, to: output)
            } else if tensor.dtype == .float32 {
                bad = withExtendedLifetime(tensor.storage) {
                    let source = tensor.storage.base + tensor.byteOffset + row * columns * MemoryLayout<Float>.size
                    return RowKernel.write(source, count: columns, normalised: normalised, to: output)
                }
            } else {
                tensor.rows(row..<row + 1).copyFloats(into: UnsafeMutableBufferPointer(start: output, count: columns))
                bad = RowKernel.write(output, count: columns, normalised: normalised, to: output)
            }
            if let bad { throw key.error(subject, part.file, .notFinite(row: row, column: bad)) }
        }
    }

    /// The rows that are averaged to row `index` of `count`: from index·L/M to (index + 1)·L/M, both rounded to even.
    static func segment(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
        func bound(_ index: Int) -> Int {
            Int((Double(index) / Double(count) * Double(length)).rounded(.toNearestOrEven))
        }
        let start = min(bound(index), length - 1)
        return start..<max(start + 1, min(bound(index + 1), length))
    }

    private func average(_ tensor: StoredTensor, _ rows: Range<Int>, to output: UnsafeMutablePointer<Float>) {
        let columns = tensor.shape[1]
        let values = tensor.rows(rows).floats()
        for column in 0..<columns {
            var sum: Float = 0
            for row in 0..<rows.count { sum += values[row * columns + column] }
            output[column] = sum / Float(rows.count)
        }
    }
}
