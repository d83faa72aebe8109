import Foundation
import Grounding
import TensorFiles
import Torch

/// A file that holds a model and says everything about where it comes from.
///
/// It is a safetensors file: the model's arrays under their own names and, where training can go on from it, the
/// optimiser's memory below `optimiser.`. It is written beside its place, flushed and renamed, so that the old one
/// stays whole until the new one is.
///
///     let (model, metadata) = try Checkpoint.loadModel(URL(fileURLWithPath: "runs/first/best.safetensors"))
public struct Checkpoint {
    /// Where it came from.
    public let metadata: CheckpointMetadata
    private let file: SafetensorsFile
    private let path: String

    private static let memory = "optimiser."

    /// Opens a checkpoint; the arrays are read when they are asked for.
    ///
    /// - Throws: ``CheckpointError``.
    public init(contentsOf url: URL) throws(CheckpointError) {
        path = url.path
        do {
            file = try SafetensorsFile(contentsOf: url)
        } catch let error as TensorFileError where error.problem == .notFound {
            throw CheckpointError(file: path, problem: .notFound)
        } catch let error as TensorFileError {
            throw CheckpointError(file: path, problem: .unreadable(error))
        } catch {
            throw CheckpointError(file: path, problem: .unreadableEntry("header", version: "?", "\(error)"))
        }
        metadata = try CheckpointMetadata(file.metadata, file: path)
    }

    /// Whether a safetensors file is a checkpoint.
    public static func accepts(_ file: SafetensorsFile) -> Bool {
        file.metadata[CheckpointMetadata.Key.configuration] != nil
    }

    /// Makes the model that a checkpoint holds, ready to answer.
    ///
    /// - Parameters:
    ///   - url: The checkpoint's file.
    ///   - settings: Other settings than those that it was trained with; the parameters must still fit.
    ///   - device: Where the parameters lie.
    /// - Throws: ``CheckpointError``.
    public static func loadModel(
        _ url: URL, settings: (any ModelSettings)? = nil, device: Device = .cpu
    ) throws(CheckpointError) -> (model: any GroundingModel, metadata: CheckpointMetadata) {
        let checkpoint = try Checkpoint(contentsOf: url)
        return (try checkpoint.makeModel(settings: settings, device: device), checkpoint.metadata)
    }

    /// Makes the model and fills its parameters.
    ///
    /// - Parameters:
    ///   - settings: Other settings than those that it was trained with; the parameters must still fit.
    ///   - device: Where the parameters lie.
    /// - Throws: ``CheckpointError`` where the arrays are not the model's.
    public func makeModel(
        settings: (any ModelSettings)? = nil, device: Device = .cpu
    ) throws(CheckpointError) -> any GroundingModel {
        var configuration = metadata.configuration
        if let settings { configuration.model = ModelChoice(settings) }
        let model: any GroundingModel
        do {
            model = try ParameterStore.forFile(with: try shapes()) {
                try configuration.makeModel(for: metadata.recipe, device: device)
            }
        } catch {
            throw CheckpointError(file: path, problem: .impossibleModel("\(error)"))
        }
        try restore(model.store)
        return model
    }

    /// Fills a store's parameters and buffers. Every array must be there, in its shape, and no other.
    ///
    /// - Throws: ``CheckpointError`` with all that differ; the store is then as it was.
    public func restore(_ store: ParameterStore) throws(CheckpointError) {
        let entries = store.parameters + store.buffers
        let known = Set(entries.map(\.name))
        let held = file.names.filter { !$0.hasPrefix(Self.memory) }
        var arrays: [Tensor] = []
        var missing: [String] = []
        var misshapen: [String] = []
        for entry in entries {
            guard let array = try array(entry.name) else {
                missing.append(entry.name)
                continue
            }
            if array.shape != entry.tensor.shape {
                misshapen.append("\(entry.name) (\(array.shape), the model has \(entry.tensor.shape))")
            }
            arrays.append(array)
        }
        let unexpected = held.filter { !known.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw CheckpointError(
                file: path,
                problem: .wrongArrays(missing: missing, unexpected: unexpected, misshapen: misshapen))
        }
        withoutGradient {
            for (entry, array) in zip(entries, arrays) { entry.tensor.inPlaceCopy(array) }
        }
    }

    /// Gives the optimiser back its memory.
    ///
    /// - Throws: ``CheckpointError`` where the file has none.
    public func restore(_ optimiser: AdamW) throws(CheckpointError) {
        // An optimiser that has changed nothing yet remembers nothing.
        let isFresh = metadata.progress.step == metadata.progress.skipped ?? 0
        let hasMemory = isFresh || file.names.contains { $0.hasPrefix(Self.memory) }
        guard hasMemory else { throw CheckpointError(file: path, problem: .notResumable) }
        for entry in optimiser.parameters {
            guard let first = try array("\(Self.memory)first.\(entry.name)"),
                let second = try array("\(Self.memory)second.\(entry.name)"),
                let step = try array("\(Self.memory)step.\(entry.name)")
            else { continue }
            guard first.shape == entry.tensor.shape, second.shape == entry.tensor.shape, step.count == 1 else {
                let problem = CheckpointError.Problem.wrongArrays(
                    missing: [], unexpected: [], misshapen: ["\(Self.memory)….\(entry.name)"])
                throw CheckpointError(file: path, problem: problem)
            }
            // The file is mapped read-only; the optimiser writes.
            optimiser.restore(
                entry.name,
                .init(
                    first: first.to(entry.tensor.device).cloned(), second: second.to(entry.tensor.device).cloned(),
                    step: step.to(entry.tensor.device).cloned()))
        }
    }

    /// The shapes of the model's arrays.
    private func shapes() throws -> [String: [Int]] {
        let names = file.names.filter { !$0.hasPrefix(Self.memory) }
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try file.tensor(named: $0).shape) })
    }

    private func array(_ name: String) throws(CheckpointError) -> Tensor? {
        guard file.names.contains(name) else { return nil }
        do {
            return Tensor(try file.tensor(named: name))
        } catch let error as TensorFileError {
            throw CheckpointError(file: path, problem: .unreadable(error))
        } catch {
            throw CheckpointError(file: path, problem: .unreadableEntry(name, version: metadata.version, "\(error)"))
        }
    }

    /// Writes the model alone, to be given away: without what training needs to go on, in floating point of another kind if
    /// one is given, and without the places of this machine; what lies below the current folder is said from there.
    ///
    /// - Throws: ``CheckpointError``.
    public func writeModel(as type: DType? = nil, to url: URL) throws(CheckpointError) {
        var arrays = OrderedTensors()
        for name in file.names where !name.hasPrefix(Self.memory) {
            guard let array = try array(name) else { continue }
            arrays[name] = StoredTensor(array.dtype.isFloatingPoint ? array.to(type ?? array.dtype) : array)
        }
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        var metadata = metadata
        metadata.configuration = metadata.configuration.withoutPlaces(outside: here)
        try Self.write(arrays, metadata, to: url)
    }

    private static func write(
        _ arrays: OrderedTensors, _ metadata: CheckpointMetadata, to url: URL
    ) throws(CheckpointError) {
        do {
            try SafetensorsFile.write(arrays, metadata: metadata.texts, to: url)
        } catch {
            throw CheckpointError(file: url.path, problem: .unwritable("\(error)"))
        }
    }

    /// Gives a checkpoint a calibration; all else in it stays as it is.
    ///
    /// - Throws: ``CheckpointError``.
    public static func store(_ calibration: Calibration, in url: URL) throws(CheckpointError) {
        let checkpoint = try Checkpoint(contentsOf: url)
        var metadata = checkpoint.metadata
        metadata.calibration = calibration
        do {
            let texts = try checkpoint.file.metadata.merging(metadata.texts) { _, new in new }
            try SafetensorsFile.write(checkpoint.file.all, metadata: texts, to: url)
        } catch {
            throw CheckpointError(file: url.path, problem: .unwritable("\(error)"))
        }
    }

    /// Writes a checkpoint.
    ///
    /// - Parameters:
    ///   - store: The model's parameters and buffers.
    ///   - optimiser: Its memory is written too, so that training can go on; nil for a model only.
    ///   - metadata: Where the model comes from.
    ///   - url: The checkpoint's place.
    /// - Throws: ``CheckpointError`` where it cannot be written; the file that was there before stays.
    public static func write(
        _ store: ParameterStore, optimiser: AdamW? = nil, metadata: CheckpointMetadata, to url: URL
    ) throws(CheckpointError) {
        var arrays = OrderedTensors()
        for entry in store.parameters + store.buffers { arrays[entry.name] = StoredTensor(entry.tensor.detached()) }
        for (name, moments) in optimiser?.moments ?? [:] {
            arrays["\(memory)first.\(name)"] = StoredTensor(moments.first)
            arrays["\(memory)second.\(name)"] = StoredTensor(moments.second)
            arrays["\(memory)step.\(name)"] = StoredTensor(moments.step)
        }
        try write(arrays, metadata, to: url)
    }
}
