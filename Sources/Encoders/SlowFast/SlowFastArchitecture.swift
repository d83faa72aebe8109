/// A convolution without bias and the batch normalisation after it: names, shape, step.
struct ConvolutionPlace {
    /// Name of the convolution's weight.
    let weight: LayoutNames
    /// What the names of the normalisation's four parameters begin with.
    let norm: LayoutNames
    /// out×in×time×height×width.
    let shape: [Int]
    /// Steps in time, height and width.
    var stride = [1, 1, 1]

    var kernel: [Int] { Array(shape[2...]) }
    var channels: Int { shape[0] }
    /// All kernels are odd, and every result is as long as its input divided by the step.
    var padding: [Int] { kernel.map { $0 / 2 } }
}

/// The convolutions of one residual block.
struct BlockPlaces {
    /// The short cut's, in the first block of a stage.
    let shortcut: ConvolutionPlace?
    /// 1×1 (or 3 in time), 3×3, 1×1.
    let a, b, c: ConvolutionPlace

    var all: [ConvolutionPlace] { (shortcut.map { [$0] } ?? []) + [a, b, c] }
}

/// Where every parameter of a SlowFast network stands.
///
/// The names and shapes are facts of the published files; the test of names compares all 552.
struct SlowFastArchitecture {
    /// The first convolution of the slow and of the fast pathway.
    let stems: [ConvolutionPlace]
    /// Stage, pathway, block.
    let stages: [[[BlockPlaces]]]
    /// The lateral connections, after the stem and after every stage but the last.
    let fusions: [ConvolutionPlace]

    init(_ configuration: SlowFastConfiguration) {
        stems = (0...1).map { Self.stem($0, configuration) }
        stages = configuration.blocks.indices.map { stage in
            (0...1).map { pathway in
                (0..<configuration.blocks[stage]).map { Self.block($0, stage, pathway, configuration) }
            }
        }
        fusions = configuration.blocks.indices.map { Self.fusion($0, configuration) }
    }

    /// All convolutions in the order of the network.
    var all: [ConvolutionPlace] {
        var places = stems
        for (stage, pathways) in stages.enumerated() {
            places.append(fusions[stage])
            places += pathways.flatMap { $0.flatMap(\.all) }
        }
        return places
    }

    private static func stem(_ pathway: Int, _ configuration: SlowFastConfiguration) -> ConvolutionPlace {
        let prefix = pathway == 0 ? "" : "t_"
        let (own, video) = ("s1.pathway\(pathway)_stem", "blocks.0.multipathway_blocks.\(pathway)")
        return ConvolutionPlace(
            weight: LayoutNames(
                pySlowFast: own + ".conv.weight", pyTorchVideo: video + ".conv.weight", caffe2: prefix + "conv1_w"),
            norm: LayoutNames(pySlowFast: own + ".bn", pyTorchVideo: video + ".norm", caffe2: prefix + "res_conv1_bn"),
            shape: [configuration.inner(pathway, stage: 0), 3, pathway == 0 ? 1 : 5, 7, 7], stride: [1, 2, 2])
    }

    /// The connection that leads into a stage.
    private static func fusion(_ stage: Int, _ configuration: SlowFastConfiguration) -> ConvolutionPlace {
        let inputs = stage == 0 ? configuration.fastWidth : configuration.outputs(1, stage: stage - 1)
        let caffe2 =
            stage == 0
            ? "t_pool1_subsample"
            : "t_res\(stage + 1)_\(configuration.blocks[stage - 1] - 1)_branch2c_bn_subsample"
        let (own, video) = ("s\(stage + 1)_fuse", "blocks.\(stage).multipathway_fusion")
        return ConvolutionPlace(
            weight: LayoutNames(
                pySlowFast: own + ".conv_f2s.weight", pyTorchVideo: video + ".conv_fast_to_slow.weight",
                caffe2: caffe2 + "_w"),
            norm: LayoutNames(pySlowFast: own + ".bn", pyTorchVideo: video + ".norm", caffe2: caffe2 + "_bn"),
            shape: [configuration.fusionRatio * inputs, inputs, 7, 1, 1], stride: [configuration.frameRatio, 1, 1])
    }

    private static func block(
        _ index: Int, _ stage: Int, _ pathway: Int, _ configuration: SlowFastConfiguration
    ) -> BlockPlaces {
        let inner = configuration.inner(pathway, stage: stage)
        let outputs = configuration.outputs(pathway, stage: stage)
        let inputs = index == 0 ? Self.inputs(stage, pathway, configuration) : outputs
        // Space is halved in the 3×3 convolution of a stage's first block, but for the first stage.
        let step = index == 0 && stage > 0 ? [1, 2, 2] : [1, 1, 1]
        // The slow pathway looks along time only in the last two stages.
        let time = pathway == 1 || stage >= 2 ? 3 : 1
        let video = "blocks.\(stage + 1).multipathway_blocks.\(pathway).res_blocks.\(index)"
        let own = "s\(stage + 2).pathway\(pathway)_res\(index)"
        let caffe2 = "\(pathway == 0 ? "" : "t_")res\(stage + 2)_\(index)_branch"

        func part(_ letter: String, _ shape: [Int], _ stride: [Int] = [1, 1, 1]) -> ConvolutionPlace {
            ConvolutionPlace(
                weight: LayoutNames(
                    pySlowFast: "\(own).branch2.\(letter).weight",
                    pyTorchVideo: "\(video).branch2.conv_\(letter).weight", caffe2: "\(caffe2)2\(letter)_w"),
                norm: LayoutNames(
                    pySlowFast: "\(own).branch2.\(letter)_bn", pyTorchVideo: "\(video).branch2.norm_\(letter)",
                    caffe2: "\(caffe2)2\(letter)_bn"),
                shape: shape, stride: stride)
        }
        let shortcut = ConvolutionPlace(
            weight: LayoutNames(
                pySlowFast: own + ".branch1.weight", pyTorchVideo: video + ".branch1_conv.weight",
                caffe2: caffe2 + "1_w"),
            norm: LayoutNames(
                pySlowFast: own + ".branch1_bn", pyTorchVideo: video + ".branch1_norm", caffe2: caffe2 + "1_bn"),
            shape: [outputs, inputs, 1, 1, 1], stride: step)
        return BlockPlaces(
            shortcut: index == 0 ? shortcut : nil, a: part("a", [inner, inputs, time, 1, 1]),
            b: part("b", [inner, inner, 1, 3, 3], step), c: part("c", [outputs, inner, 1, 1, 1]))
    }

    /// Channels that come into a stage; into the slow pathway also the lateral connection's.
    private static func inputs(_ stage: Int, _ pathway: Int, _ configuration: SlowFastConfiguration) -> Int {
        func before(_ pathway: Int) -> Int {
            stage == 0 ? configuration.inner(pathway, stage: 0) : configuration.outputs(pathway, stage: stage - 1)
        }
        return pathway == 1 ? before(1) : before(0) + configuration.fusionRatio * before(1)
    }
}
