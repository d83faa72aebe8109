import ArgumentParser
import Encoders
import Finding
import Foundation
import VideoLibrary

/// Which library.
struct LibraryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The library's folder; $MOMENTS_LIBRARY, or ~/.local/share/moments/library, if left out.",
            valueName: "folder"))
    var library: String?

    var url: URL {
        let environment = ProcessInfo.processInfo.environment
        if let path = library ?? environment["MOMENTS_LIBRARY"], !path.isEmpty { return URL(fileURLWithPath: path) }
        // The XDG specification: a relative path is to be ignored.
        let shared = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
        let base = shared ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share")
        return base.appendingPathComponent("moments/library")
    }
}

/// Which encoders a library's videos go through. To ask a library give those that it was indexed with.
struct LibraryEncoderOptions: ParsableArguments {
    @OptionGroup var weights: EncoderOptions
    @OptionGroup var choice: EncodingOptions

    @Option(
        help: "clip, or clip,slowfast; as indexed, where a library is asked. Without it: clip; both of small-world.")
    var encoder: String?

    @Option(help: "Seconds a clip; as indexed, where a library is asked.")
    var clipLength = 2.0

    /// The encoders, loaded.
    func loaded() throws -> CLIPLibraryEncoder {
        let kinds = try encoder.map(EncoderOptions.kinds) ?? (weights.areEmbedded ? [.slowfast, .clip] : [.clip])
        guard kinds.contains(.clip) else {
            throw UsageError("--encoder \(encoder ?? ""): a library is searched by CLIP's features; add clip")
        }
        return CLIPLibraryEncoder(
            encoder: try weights.encoder(kinds, clipLength: clipLength, choice), note: choice.cacheNote)
    }
}

/// Encodes a library's videos by CLIP, and by SlowFast where a model wants it.
struct CLIPLibraryEncoder: LibraryEncoder {
    let encoder: VideoEncoder
    /// What else changes the features; see `EncodingOptions.cacheNote`.
    let note: String
    let searched = "clip"

    /// What sentences are encoded by.
    var clip: CLIP {
        guard let part = encoder.clip else { preconditionFailure("a library is searched by CLIP's features") }
        return part.encoder
    }

    var space: String {
        let parts = encoder.parts.map { "\($0.name) \($0.encoder) \($0.weights ?? "unknown weights")" }
        let length = encoder.clipLength
        return (parts + ["clips of \(length.numerator)/\(length.denominator) s\(note)"]).joined(separator: ", ")
    }

    func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
        let encoding = try encoder.encode(video, progress: progress)
        return EncodedVideo(duration: encoding.duration, clipLength: encoder.clipLength, encoding.components)
    }
}
