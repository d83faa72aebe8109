import Foundation
import TensorFiles
import Torch

extension SlowFast {
    /// Loads a published file: Caffe2's `.pkl` of PySlowFast's model zoo, PySlowFast's or PyTorchVideo's `.pyth`, or
    /// safetensors with the names of any of these.
    ///
    /// What the file is is read off its contents; widths come from its first convolutions and the depth from the names of its
    /// blocks, and all sizes from the metadata of a file that states them, as those of ``SlowFastLearner`` do. The classifier is
    /// passed over. `cropSize` is the height and width that videos are scaled to; nil for the file's, or 224.
    ///
    /// - Throws: `TensorFileError` where the file cannot be read or is another model's; `StateMismatch`, which lists all
    ///   parameters that are missing, unexpected or of another shape, under the file's own names.
    public convenience init(contentsOf url: URL, cropSize: Int? = nil) throws {
        let arrays = try Self.arrays(of: url)
        guard let layout = Self.layout(of: arrays) else {
            let problem = """
                no SlowFast weights: no array has a name of PySlowFast, PyTorchVideo or Caffe2. \
                Expected is SLOWFAST_8x8_R50 as .pkl, .pyth or .safetensors
                """
            throw TensorFileError(file: url.path, problem: .wrongFormat(problem))
        }
        var configuration = Self.statedConfiguration(url) ?? Self.configuration(of: arrays, layout)
        configuration.cropSize = cropSize ?? configuration.cropSize
        let weights = SlowFastWeights(configuration, layout: layout)
        var parameters = OrderedTensors()
        for (name, array) in arrays where !layout.ignores(name) { parameters[name] = array }
        try weights.store.load(parameters, from: url.path)
        self.init(configuration, weights)
    }

    private static func arrays(of url: URL) throws -> OrderedTensors {
        switch try TensorFile.open(url) {
        case .safetensors(let file): return file.all
        case .torch(let archive): return try archive.stateDictionary()
        case let other:
            let problem = "this is a file of the format \(other.format), which SlowFast is not published in"
            throw TensorFileError(file: url.path, problem: .wrongFormat(problem))
        }
    }

    /// The layout that most names are of.
    private static func layout(of arrays: OrderedTensors) -> SlowFastLayout? {
        let names = Set(arrays.names.map(\.droppingModulePrefix))
        let places = SlowFastArchitecture(SlowFastConfiguration()).all
        let counts = SlowFastLayout.allCases.map { layout in
            (layout, places.count { names.contains($0.weight[layout]) })
        }
        return counts.max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil }
    }

    /// The published configuration with the depth that the names tell and the widths of the file's first convolutions, where
    /// these can be.
    private static func configuration(of arrays: OrderedTensors, _ layout: SlowFastLayout) -> SlowFastConfiguration {
        var configuration = SlowFastConfiguration()
        configuration.blocks = blocks(of: arrays, layout) ?? configuration.blocks
        let stems = SlowFastArchitecture(configuration).stems.map { $0.weight[layout] }
        let widths = stems.map { stem in
            arrays.names.first { $0.droppingModulePrefix == stem }.flatMap { arrays[$0]?.shape.first } ?? 0
        }
        guard widths.allSatisfy({ (1...256).contains($0) }) else { return configuration }
        configuration.width = widths[0]
        configuration.fastWidth = widths[1]
        return configuration
    }

    /// Blocks of each stage: up to the last of which most weights are there. Nil where a stage has none or too many to be true; the
    /// published depth is expected then, and an error names what is missing.
    private static func blocks(of arrays: OrderedTensors, _ layout: SlowFastLayout) -> [Int]? {
        let names = Set(arrays.names.map(\.droppingModulePrefix))
        var deep = SlowFastConfiguration()
        let most = 64
        deep.blocks = deep.blocks.map { _ in most }
        let counts = SlowFastArchitecture(deep).stages.map { pathways in
            (0..<most).last { index in
                let weights = pathways.flatMap { $0[index].all }.map { $0.weight[layout] }
                return 2 * weights.count(where: names.contains) > weights.count
            }.map { $0 + 1 } ?? 0
        }
        return counts.allSatisfy { (1..<most).contains($0) } ? counts : nil
    }
}
