import Foundation
import TensorFiles
import Torch

/// A SlowFast network that learns: the parameters of ``SlowFast`` with their batch normalisations, and a classifier.
///
/// What it has learned is written as published files are, so that ``SlowFast/init(contentsOf:cropSize:)`` loads it.
public final class SlowFastLearner {
    /// The sizes; the classifier has `classes`.
    public let configuration: SlowFastConfiguration
    /// All parameters, under PyTorchVideo's names.
    public var store: ParameterStore { weights.store }
    private let weights: SlowFastWeights
    private let classifierWeight, classifierBias: Tensor
    private let slowPositions: Tensor

    private static let layout = SlowFastLayout.pyTorchVideo

    /// Makes a network with random values that depend on the seed alone.
    public init(_ configuration: SlowFastConfiguration, seed: UInt64 = 0) {
        self.configuration = configuration
        weights = .random(configuration, seed: seed, layout: Self.layout)
        let root = weights.store.root
        classifierWeight = root.parameter(
            Self.layout.classifier[0], [configuration.classes, configuration.featureSize], .normal(deviation: 0.01))
        classifierBias = root.parameter(Self.layout.classifier[1], [configuration.classes], .zeros)
        slowPositions = Tensor(configuration.slowPositions)
    }

    /// Clips B×T×H×W×3 (`uint8`) → features B×D. In training (`store.isTraining`) the normalisations use the batch's own
    /// statistics; otherwise the numbers are ``SlowFast``'s up to rounding.
    public func features(_ clips: Tensor) -> Tensor {
        let frames = SlowFast.normalized(clips).permuted(0, 4, 1, 2, 3).contiguous()
        let architecture = weights.architecture
        var pathways = zip(architecture.stems, [frames.entries(slowPositions, 2), frames]).map {
            apply($0, $1).maxPool([1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])
        }
        for (fusion, stage) in zip(architecture.fusions, architecture.stages) {
            pathways[0] = .concatenated([pathways[0], apply(fusion, pathways[1])], 1)
            for (pathway, blocks) in stage.enumerated() {
                for block in blocks { pathways[pathway] = apply(block, pathways[pathway]) }
            }
        }
        return .concatenated(pathways.map { $0.mean(2, 3, 4) }, 1)
    }

    /// Features B×D → the classifier's numbers, B×classes.
    public func logits(_ features: Tensor) -> Tensor { features.linear(classifierWeight, classifierBias) }

    /// Parameters and buffers under PyTorchVideo's names.
    public var arrays: OrderedTensors { store.arrays }

    /// What a file says of the sizes, for its metadata.
    public var metadata: [String: String] { SlowFast.metadata(configuration) }

    private func apply(_ block: BlockPlaces, _ x: Tensor) -> Tensor {
        let inner = apply(block.b, apply(block.a, x))
        let shortcut = block.shortcut.map { apply($0, x, rectified: false) } ?? x
        return (apply(block.c, inner, rectified: false) + shortcut).relu()
    }

    private func apply(_ place: ConvolutionPlace, _ x: Tensor, rectified: Bool = true) -> Tensor {
        let weight = store[place.weight[Self.layout]]!
        let norm = Self.layout.normSuffixes.map { store[place.norm[Self.layout] + $0]! }
        let y = x.convolution(weight, stride: place.stride, padding: place.padding).batchNorm(
            norm[0], norm[1], mean: norm[2], variance: norm[3], training: store.isTraining)
        return rectified ? y.relu() : y
    }
}

extension SlowFast {
    private static let sizesKey = "slowfast_configuration"

    /// The entry that a file of this library has for the sizes that its arrays do not show.
    static func metadata(_ configuration: SlowFastConfiguration) -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let sizes = try? encoder.encode(configuration) else { return [:] }
        return [sizesKey: String(decoding: sizes, as: UTF8.self)]
    }

    /// The sizes that a file states; nil where it states none.
    static func statedConfiguration(_ url: URL) -> SlowFastConfiguration? {
        guard case .safetensors(let file)? = try? TensorFile.open(url), let sizes = file.metadata[sizesKey] else {
            return nil
        }
        return try? JSONDecoder().decode(SlowFastConfiguration.self, from: Data(sizes.utf8))
    }
}
