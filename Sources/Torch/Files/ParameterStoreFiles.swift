import Foundation
import TensorFiles

extension ParameterStore {
    /// Copies a file's arrays into the parameters and buffers of the same names.
    ///
    /// Element types are converted. `module.`, which PyTorch puts before the names of a model that was trained on several
    /// devices, is left out where needed; `num_batches_tracked`, a counter that batch normalisation does not use, is
    /// passed over. When this throws, nothing was changed.
    ///
    /// - Parameters:
    ///   - arrays: The state dictionary.
    ///   - source: What an error calls it, such as the file's path.
    ///   - strict: Whether missing and unexpected names are errors. A wrong shape always is.
    /// - Returns: What a strict call would have thrown; nil when all went together.
    /// - Throws: ``StateMismatch``, which lists everything that is wrong.
    @discardableResult
    public func load(
        _ arrays: OrderedTensors, from source: String = "The file", strict: Bool = true
    ) throws -> StateMismatch? {
        var found: [String: StoredTensor] = [:]
        var unexpected: [String] = []
        for (name, array) in arrays where name.split(separator: ".").last != "num_batches_tracked" {
            guard let own = ownName(name), found.updateValue(array, forKey: own) == nil else {
                unexpected.append(name)
                continue
            }
        }
        let places = parameters + buffers
        let misshapen = places.compactMap { place in
            found[place.name].flatMap { misfit(of: $0, in: place) }
        }
        let missing = places.map(\.name).filter { found[$0] == nil }
        guard !missing.isEmpty || !unexpected.isEmpty || !misshapen.isEmpty else {
            copy(found)
            return nil
        }
        let mismatch = StateMismatch(
            source: source, missing: missing, unexpected: unexpected, misshapen: misshapen)
        if strict || !misshapen.isEmpty { throw mismatch }
        copy(found)
        return mismatch
    }

    /// Copies the arrays of a safetensors file; see ``load(_:from:strict:)``. Throws `TensorFileError` too.
    @discardableResult
    public func load(contentsOf url: URL, strict: Bool = true) throws -> StateMismatch? {
        try load(SafetensorsFile(contentsOf: url).all, from: url.path, strict: strict)
    }

    /// A copy of the parameters and buffers, in the order in which they were made.
    public var arrays: OrderedTensors {
        var arrays = OrderedTensors()
        for entry in parameters + buffers { arrays[entry.name] = StoredTensor(entry.tensor) }
        return arrays
    }

    /// Writes parameters and buffers to a safetensors file. Throws `TensorFileError`.
    public func save(to url: URL, metadata: [String: String] = [:]) throws {
        try SafetensorsFile.write(arrays, metadata: metadata, to: url)
    }

    private func ownName(_ name: String) -> String? {
        var rest = Substring(name)
        while self[String(rest)] == nil {
            guard rest.hasPrefix("module.") else { return nil }
            rest = rest.dropFirst("module.".count)
        }
        return String(rest)
    }

    private func misfit(of array: StoredTensor, in place: Entry) -> StateMismatch.Misfit? {
        let losesFractions = array.dtype.isFloatingPoint && !place.tensor.dtype.isFloatingPoint
        if array.shape == place.tensor.shape && !losesFractions { return nil }
        let shape = place.tensor.shape
        let sizes = shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
        return StateMismatch.Misfit(
            name: place.name, found: array.description, expected: "\(place.tensor.dtype) \(sizes)")
    }

    private func copy(_ arrays: [String: StoredTensor]) {
        withoutGradient {
            for entry in parameters + buffers {
                if let array = arrays[entry.name] { entry.tensor.inPlaceCopy(Tensor(array)) }
            }
        }
    }
}
