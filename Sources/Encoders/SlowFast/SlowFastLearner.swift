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
    public init(_ configuration: SlowFastConfiguration, seed: UInt64 = 0, device: Device = .cpu) {
        self.configuration = configuration
        weights = .random(configuration, seed: seed, layout: Self.layout, device: device)
        let root = weights.store.root
        classifierWeight = root.parameter(
            Self.layout.classifier[0], [configuration.classes, configuration.featureSize], .normal(deviation: 0.01))
        classifierBias = root.parameter(Self.layout.classifier[1], [configuration.classes], .zeros)
        slowPositions = Tensor(configuration.slowPositions).to(device)
    }

    /// Clips B×T×H×W×3 (`uint8`) → features B×D. In training (`store.isTraining`) the normalisations use the batch's own
    /// statistics; otherwise the numbers are ``SlowFast``'s up to rounding.
    public func features(_ clips: Tensor) -> Tensor { averaged(stages(clips) { _, _ in }) }

    /// Clips B×T×H×W×3 (`uint8`) → their features B×D, and what a stage says of the picture's places, averaged over
    /// time: B×C×h×w, the slow pathway's channels first.
    public func featuresAndMap(_ clips: Tensor, ofStage stage: Int) -> (features: Tensor, map: Tensor) {
        var map: Tensor?
        let last = stages(clips) { if $0 == stage { map = .concatenated($1.map { $0.mean(2) }, 1) } }
        guard let map else { preconditionFailure("there is no stage \(stage)") }
        return (averaged(last), map)
    }

    private func averaged(_ pathways: [Tensor]) -> Tensor { .concatenated(pathways.map { $0.mean(2, 3, 4) }, 1) }

    /// Both pathways after the last stage: B×C×T×h×w; `visit` is told them after each.
    private func stages(_ clips: Tensor, visit: (_ stage: Int, _ pathways: [Tensor]) -> Void) -> [Tensor] {
        let frames = SlowFast.normalized(clips).permuted(0, 4, 1, 2, 3).contiguous()
        let architecture = weights.architecture
        var pathways = zip(architecture.stems, [frames.entries(slowPositions, 2), frames]).map {
            pooled(apply($0, $1))
        }
        for (number, (fusion, stage)) in zip(architecture.fusions, architecture.stages).enumerated() {
            pathways[0] = .concatenated([pathways[0], apply(fusion, pathways[1])], 1)
            for (pathway, blocks) in stage.enumerated() {
                for block in blocks { pathways[pathway] = apply(block, pathways[pathway]) }
            }
            visit(number, pathways)
        }
        return pathways
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
        let norm = Self.layout.normSuffixes.map { store[place.norm[Self.layout] + $0]! }
        let y = convolved(place, x).batchNorm(
            norm[0], norm[1], mean: norm[2], variance: norm[3], training: store.isTraining)
        return rectified ? y.relu() : y
    }

    /// B×C×T×H×W → B×C'×T'×H'×W', by the two-dimensional convolution where that gives the same, as it takes less time.
    private func convolved(_ place: ConvolutionPlace, _ x: Tensor) -> Tensor {
        let weight = store[place.weight[Self.layout]]!
        let (kernel, stride, padding) = (place.kernel, place.stride, place.padding)
        let shape = x.shape
        if kernel[1] == 1, kernel[2] == 1 {
            // Along time alone: a frame's places are the columns of one image. Those that strides leave out are taken
            // away first, as libtorch's gradient of such a convolution is ten times as slow.
            let seen = x.slice(3, 0, shape[3], step: stride[1]).slice(4, 0, shape[4], step: stride[2])
            let y = seen.reshaped(shape[0], shape[1], shape[2], -1).convolution(
                weight.squeezed(4), stride: [stride[0], 1], padding: [padding[0], 0])
            return y.reshaped(shape[0], place.channels, -1, seen.size(3), seen.size(4))
        }
        if kernel[0] > 1, stride[0] == 1 {
            // The neighbours in time become channels.
            let neighbours = x.padded([0, 0, 0, 0, padding[0], padding[0]]).unfolded(2, size: kernel[0], step: 1)
            let channels = shape[1] * kernel[0]
            let images = neighbours.permuted(0, 2, 1, 5, 3, 4).reshaped(
                shape[0] * shape[2], channels, shape[3], shape[4])
            let y = images.filledUp.convolution(
                weight.reshaped(place.channels, channels, kernel[1], kernel[2]).filledUp,
                stride: Array(stride[1...]), padding: Array(padding[1...]))
            return y.reshaped(shape[0], shape[2], place.channels, y.size(2), y.size(3)).permuted(0, 2, 1, 3, 4)
                .contiguous()
        }
        return x.convolution(weight, stride: stride, padding: padding)
    }

    /// The greatest of 3×3 places of a frame, every second one. Frames are channels to it.
    private func pooled(_ x: Tensor) -> Tensor {
        let shape = x.shape
        let y = x.reshaped(shape[0], shape[1] * shape[2], shape[3], shape[4]).maxPool(
            [3, 3], stride: [2, 2], padding: [1, 1])
        return y.reshaped(shape[0], shape[1], shape[2], y.size(2), y.size(3))
    }
}

extension Tensor {
    /// N×C×H×W with channels of zeros, up to a multiple of eight: what the processor's registers hold.
    fileprivate var filledUp: Tensor {
        let missing = (8 - size(1) % 8) % 8
        return missing == 0 ? self : padded([0, 0, 0, 0, 0, missing])
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
