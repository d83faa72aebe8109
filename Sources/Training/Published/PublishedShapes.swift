import TensorFiles

/// Sizes of a model, read off the shapes of its arrays.
struct PublishedShapes {
    private let arrays: OrderedTensors
    private let file: String

    init(_ arrays: OrderedTensors, file: String) {
        self.arrays = arrays
        self.file = file
    }

    /// An extent of an array.
    func size(_ name: String, _ dimension: Int) throws -> Int {
        guard let shape = arrays[name]?.shape, shape.indices.contains(dimension) else {
            throw PublishedCheckpointError(
                file: file, reason: "the array \(name), which tells a size of the model, is missing or misshapen.")
        }
        return shape[dimension]
    }

    func has(_ name: String) -> Bool { arrays[name] != nil }

    /// How many parts a list of layers has: names that begin with `prefix` and a number.
    func count(_ prefix: String) -> Int {
        Set(
            arrays.names.filter { $0.hasPrefix(prefix) }.compactMap { name in
                name.dropFirst(prefix.count).split(separator: ".").first.flatMap { Int($0) }
            }
        ).count
    }
}
