import Encoders
import Torch

/// Pictures and sentences through CLIP, with random weights.
public struct CLIPBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "clip"
    /// One line on what it does.
    public static let summary = "CLIP ViT-B/32: pictures in float32 and in whole numbers, sentences"

    private let configuration: CLIPConfiguration
    private let batches: [Int]

    /// Makes the benchmark; smaller sizes are for tests.
    public init(_ configuration: CLIPConfiguration = .vitB32, batches: [Int] = [1, 16, 64]) {
        self.configuration = configuration
        self.batches = batches
    }

    /// Pictures in each precision by the batch, and sentences in two.
    public var measurementCount: Int { EncoderPrecision.allCases.count * batches.count + 2 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let side = configuration.imageSize
        for precision in EncoderPrecision.allCases {
            let subjects = batches.map { ($0, "pictures, \(precision.rawValue), \($0) at once") }
                .filter { stopwatch.wants($0.1) }
            guard !subjects.isEmpty else { continue }
            let clip = try CLIP(configuration, precision: precision, seed: 1)
            let kernel = precision == .int8 ? ", \(Libtorch.integerKernel)" : ""
            for (count, subject) in subjects {
                let images = Tensor.normal([count, 3, side, side], seed: 1, stream: UInt64(count))
                report(
                    stopwatch.measure(
                        Self.name, subject, detail: "\(configuration.name)\(kernel)", items: count,
                        operations: OperationCount.images(configuration) * Double(count)
                    ) {
                        _ = clip.encode(images: images)
                        return []
                    })
            }
        }
        guard stopwatch.wants("sentences") else { return }
        let clip = try CLIP(configuration, seed: 1)
        for count in [1, 16] {
            let tokens = (0..<count).map { row in (0..<14).map { 1 + ($0 + row) % (configuration.vocabularySize - 2) } }
            report(
                stopwatch.measure(
                    Self.name, "sentences, \(count) at once", detail: "14 tokens each", items: count,
                    operations: OperationCount.sentences(configuration, tokens: 14) * Double(count)
                ) {
                    _ = clip.encode(tokens: tokens)
                    return []
                })
        }
    }
}

extension OperationCount {
    /// One picture through the image tower.
    static func images(_ configuration: CLIPConfiguration) -> Double {
        var count = OperationCount()
        let (width, patches) = (configuration.visionWidth, configuration.patches)
        count.linear(patches, 3 * configuration.patchSize * configuration.patchSize, width)
        for _ in 0..<configuration.visionLayers {
            count.encoderLayer(1, tokens: patches + 1, width: width, hidden: 4 * width)
        }
        count.linear(1, width, configuration.embeddingSize)
        return count.total
    }

    /// One sentence through the text tower.
    static func sentences(_ configuration: CLIPConfiguration, tokens: Int) -> Double {
        var count = OperationCount()
        for _ in 0..<configuration.textLayers {
            count.encoderLayer(1, tokens: tokens, width: configuration.textWidth, hidden: 4 * configuration.textWidth)
        }
        count.linear(1, configuration.textWidth, configuration.embeddingSize)
        return count.total
    }
}
