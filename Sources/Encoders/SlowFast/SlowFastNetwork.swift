import Torch

/// A convolution with its batch normalisation folded in, over frames T×H×W×C.
struct FrameConvolution: Sendable {
    private let convolution: DirectConvolution
    /// Zeros on both sides of a row that the input gets first.
    private let margin: Int
    /// The shape of its result, for inputs of the size that it was made for.
    let output: [Int]
    /// Floating-point operations for such inputs.
    let operations: Int

    /// Folds and packs for inputs of a shape T×H×W×in.
    init(_ place: ConvolutionPlace, _ weights: SlowFastWeights, input: [Int]) {
        let (weight, bias) = weights.folded(place)
        var padding = place.padding
        output =
            (0..<3).map { (input[$0] + 2 * padding[$0] - place.kernel[$0]) / place.stride[$0] + 1 } + [place.channels]
        operations = 2 * output.reduce(1, *) * place.shape[1...].reduce(1, *)
        // Pixels have three numbers: too few for a step of its own.
        let joinsWidth = input[3] < 4 && place.kernel[2] > 1
        margin = joinsWidth ? padding[2] : 0
        if joinsWidth { padding[2] = 0 }
        convolution = DirectConvolution(
            weight: weight, bias: bias, stride: place.stride, padding: padding, joinsWidth: joinsWidth)
    }

    /// T×H×W×in → T'×H'×W'×out. The addend is used up.
    func callAsFunction(_ x: Tensor, adding addend: Tensor? = nil, rectified: Bool = true) -> Tensor {
        convolution(margin > 0 ? x.padded([0, 0, margin, margin]) : x, adding: addend, rectified: rectified)
    }
}

/// A residual block: 1×1 (or 3 in time), 3×3, 1×1, and the short cut.
struct ResidualBlock: Sendable {
    let shortcut: FrameConvolution?
    let a, b, c: FrameConvolution

    init(_ places: BlockPlaces, _ weights: SlowFastWeights, input: [Int]) {
        shortcut = places.shortcut.map { FrameConvolution($0, weights, input: input) }
        a = FrameConvolution(places.a, weights, input: input)
        b = FrameConvolution(places.b, weights, input: a.output)
        c = FrameConvolution(places.c, weights, input: b.output)
    }

    var operations: Int { [shortcut, a, b, c].reduce(0) { $0 + ($1?.operations ?? 0) } }

    /// T×H×W×C → T×H'×W'×C'. Where there is no short cut of its own, the input's memory becomes the result's.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let inner = b(a(x))
        return c(inner, adding: shortcut.map { $0(x, rectified: false) } ?? x)
    }
}

/// Both pathways with their lateral connections, from frames to a feature.
struct SlowFastNetwork: Sendable {
    private let stems: [FrameConvolution]
    private let fusions: [FrameConvolution]
    /// Stage, pathway, block.
    private let stages: [[[ResidualBlock]]]
    private let slowPositions: Tensor

    init(_ configuration: SlowFastConfiguration, _ weights: SlowFastWeights) {
        let architecture = weights.architecture
        let size = configuration.cropSize
        let frames = [configuration.slowFrames, configuration.frames]
        let stems = (0...1).map {
            FrameConvolution(architecture.stems[$0], weights, input: [frames[$0], size, size, 3])
        }
        var shapes = stems.map { Self.pooled($0.output) }
        var fusions: [FrameConvolution] = []
        var stages: [[[ResidualBlock]]] = []
        for (fusion, pathways) in zip(architecture.fusions, architecture.stages) {
            fusions.append(FrameConvolution(fusion, weights, input: shapes[1]))
            shapes[0][3] += fusions.last!.output[3]
            stages.append(
                (0...1).map { pathway in
                    pathways[pathway].map { places in
                        let block = ResidualBlock(places, weights, input: shapes[pathway])
                        shapes[pathway] = block.c.output
                        return block
                    }
                })
        }
        self.stems = stems
        self.fusions = fusions
        self.stages = stages
        slowPositions = Tensor(configuration.slowPositions)
    }

    /// Floating-point operations for frames of the size that it was made for.
    var operations: Int {
        (stems + fusions).reduce(0) { $0 + $1.operations }
            + stages.joined().joined().reduce(0) { $0 + $1.operations }
    }

    /// T×H×W×3 → the means over time and space of both pathways' last channels, slow ‖ fast.
    ///
    /// `observe` is given what each part puts out, under PySlowFast's names; it must not keep the tensors, whose memory
    /// is used again.
    func callAsFunction(_ frames: Tensor, observe: (String, Tensor) -> Void = { _, _ in }) -> Tensor {
        var pathways = zip(stems, [frames.entries(slowPositions, 0), frames]).map { Self.pool($0($1)) }
        func report(_ part: String) {
            for (index, x) in pathways.enumerated() { observe("\(part).pathway\(index)", x) }
        }
        report("s1")
        for (index, stage) in stages.enumerated() {
            pathways[0] = .concatenated([pathways[0], fusions[index](pathways[1])], 3)
            report("s\(index + 1)_fuse")
            for (pathway, blocks) in stage.enumerated() {
                for block in blocks { pathways[pathway] = block(pathways[pathway]) }
            }
            report("s\(index + 2)")
        }
        return .concatenated(pathways.map { $0.mean(0, 1, 2) }, 0)
    }

    /// The greatest of 3×3 places, every second one.
    private static func pool(_ x: Tensor) -> Tensor {
        x.permuted(0, 3, 1, 2).maxPool([3, 3], stride: [2, 2], padding: [1, 1]).permuted(0, 2, 3, 1).contiguous()
    }

    private static func pooled(_ shape: [Int]) -> [Int] {
        [shape[0], (shape[1] - 1) / 2 + 1, (shape[2] - 1) / 2 + 1, shape[3]]
    }
}
