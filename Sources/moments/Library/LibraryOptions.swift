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

/// Encodes a library's videos by CLIP, and by SlowFast where a model wants it.
struct CLIPLibraryEncoder: LibraryEncoder {
    let encoder: VideoEncoder
    /// What else changes the features; see `EncodingOptions.cacheNote`.
    let note: String
    let searched = "clip"

    var space: String {
        let parts = encoder.parts.map { "\($0.name) \($0.encoder) \($0.weights ?? "unknown weights")" }
        let length = encoder.clipLength
        return (parts + ["clips of \(length.numerator)/\(length.denominator) s\(note)"]).joined(separator: ", ")
    }

    func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
        let encoding = try encoder.encode(video, progress: progress)
        return EncodedVideo(
            duration: encoding.duration, clipLength: encoder.clipLength.seconds,
            components: encoding.components.map {
                .init(name: $0.name, encoder: $0.encoder, weights: $0.weights, features: $0.features)
            })
    }
}
