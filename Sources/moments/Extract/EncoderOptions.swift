import ArgumentParser
import Downloads
import EmbeddedModels
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
        help: ArgumentHelp(
            "CLIP's weights, a file or a folder with the vocabulary beside them, or a name that `moments download` knows. "
                + "Without it: clip-vit-b-32, downloaded; or small-world, which comes with the package, where nothing is.",
            valueName: "path"))
    var clip: String?

    @Option(
        help: ArgumentHelp(
            "SlowFast's weights, or a name that `moments download` knows. Without it: slowfast-8x8-r50, downloaded; or "
                + "small-world.", valueName: "path"))
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
        tellOfEmbedded()
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
        let file = try file(
            clip, standard: Catalogue.clip, embedded: EmbeddedModels.clip,
            missing:
                "CLIP's weights are needed. `moments download \(Catalogue.clip)` fetches them, or --clip PATH names a "
                + "ViT-B-32.pt, a Hugging Face folder or an OpenCLIP file, with its vocabulary beside it")
        let model = try CLIP(contentsOf: file, precision: precision)
        return .init(model, weights: try model.source.map { try ContentHash.sha256(of: URL(fileURLWithPath: $0)) })
    }

    /// SlowFast and the hash of its weights.
    func loadedSlowFast() throws -> VideoEncoder.Part<SlowFast> {
        let file = try slowFastFile()
        return .init(try SlowFast(contentsOf: file), weights: try ContentHash.sha256(of: file))
    }

    /// Where SlowFast's weights lie.
    func slowFastFile() throws -> URL {
        try file(
            slowfast, standard: Catalogue.slowFast, embedded: EmbeddedModels.slowFast,
            missing:
                "SlowFast's weights are needed. `moments download \(Catalogue.slowFast)` fetches them, or --slowfast "
                + "PATH names a SLOWFAST_8x8_R50.pkl or .pyth")
    }

    /// The path that is given, else what was downloaded under the name that is given or the usual one.
    private func file(_ given: String?, standard: String, embedded: URL, missing: String) throws -> URL {
        let cache = DownloadCache()
        guard let given else {
            if areEmbedded { return embedded }
            guard let file = cache.mainFile(of: standard) else { throw UsageError(missing) }
            return file
        }
        // A path counts before a name.
        guard !FileManager.default.fileExists(atPath: given) else { return URL(fileURLWithPath: given) }
        if given == EmbeddedModels.name { return embedded }
        guard Catalogue.items.contains(where: { $0.name == given }) else { return URL(fileURLWithPath: given) }
        guard let file = cache.mainFile(of: given) else {
            throw UsageError("\(given) is not downloaded yet: `moments download \(given)`")
        }
        return file
    }
}
