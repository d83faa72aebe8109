import ArgumentParser
import Encoders
import Foundation
import Hashing

/// Where the encoders' weights lie.
struct EncoderOptions: ParsableArguments {
    /// The kinds of encoders, in the order in which models have their features.
    enum Kind: String, CaseIterable {
        case slowfast, clip

        /// The folder of its feature files.
        var folder: String { "\(rawValue)_features" }
    }

    @Option(
        help: ArgumentHelp("CLIP's weights, a file or a folder with the vocabulary beside them.", valueName: "path"))
    var clip: String?

    @Option(help: ArgumentHelp("SlowFast's weights.", valueName: "path"))
    var slowfast: String?

    /// `clip,slowfast` to kinds.
    static func kinds(_ text: String) throws -> [Kind] {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let kinds = try names.map { name in
            guard let kind = Kind(rawValue: name) else {
                throw UsageError("there is no encoder \(name); there are clip and slowfast")
            }
            return kind
        }
        guard !kinds.isEmpty else { throw UsageError("--encoder names no encoder") }
        return Kind.allCases.filter(kinds.contains)
    }

    /// The encoders of the kinds, loaded.
    func encoder(_ kinds: [Kind], clipLength: Double, _ choice: EncodingOptions) throws -> VideoEncoder {
        try choice.check(kinds)
        let length = try Self.length(clipLength, kinds)
        return VideoEncoder(
            clip: kinds.contains(.clip) ? try loadedCLIP(choice.precision) : nil,
            slowFast: kinds.contains(.slowfast) ? try loadedSlowFast() : nil, clipLength: length,
            images: choice.frames)
    }

    /// The length of a clip, where the encoders can have it.
    static func length(_ clipLength: Double, _ kinds: [Kind]) throws -> ClipLength {
        guard let length = ClipLength(seconds: clipLength) else {
            throw UsageError("--clip-length \(clipLength) is no length of a clip; 2 is the field's")
        }
        if kinds.contains(.slowfast), 30 * length.numerator % length.denominator != 0 {
            throw UsageError("--clip-length \(clipLength) ends inside a frame; SlowFast needs a multiple of 1/30 s")
        }
        return length
    }

    /// CLIP and the hash of its weights.
    func loadedCLIP(_ precision: EncoderPrecision = .float32) throws -> VideoEncoder.Part<CLIP> {
        guard let clip else {
            throw UsageError(
                "CLIP's weights are needed: --clip PATH names a ViT-B-32.pt, a Hugging Face folder or an OpenCLIP file, "
                    + "with its vocabulary beside it")
        }
        let model = try CLIP(contentsOf: URL(fileURLWithPath: clip), precision: precision)
        return .init(model, weights: try model.source.map { try ContentHash.sha256(of: URL(fileURLWithPath: $0)) })
    }

    /// SlowFast and the hash of its weights.
    func loadedSlowFast() throws -> VideoEncoder.Part<SlowFast> {
        guard let slowfast else {
            throw UsageError("SlowFast's weights are needed: --slowfast PATH names a SLOWFAST_8x8_R50.pkl or .pyth")
        }
        let url = URL(fileURLWithPath: slowfast)
        return .init(try SlowFast(contentsOf: url), weights: try ContentHash.sha256(of: url))
    }
}
