import Annotations
import ArgumentParser
import Datasets
import Foundation

/// Annotation files, as commands that read several of them take them.
struct AnnotationArguments: ParsableArguments {
    @Argument(help: "Annotations, in any of the published forms.", completion: .file())
    var annotations: [String]

    @Option(help: "The table of durations, CSV; only for the text form of Charades-STA.")
    var durations: String?

    func load(_ path: String, policy: ProblemPolicy = .strict) throws -> AnnotationSet {
        let options = AnnotationOptions(durations: durations.map { URL(fileURLWithPath: $0) }, policy: policy)
        return try AnnotationSet(contentsOf: URL(fileURLWithPath: path), options: options)
    }
}

/// Where features lie in files, and how they become a model's input.
struct FeatureOptions: ParsableArguments {
    @Option(parsing: .upToNextOption, help: "Folders or files of video features, in the order of concatenation.")
    var video: [String] = []

    @Option(help: "The folder or file of text features.")
    var text: String?

    @Option(help: "Names of a video's file or array, with {vid} and {qid}.")
    var videoPattern: String?

    @Option(help: "Names of a query's file or array, with {vid} and {qid}.")
    var textPattern: String?

    @Option(help: "Seconds a clip.")
    var clipLength = 2.0

    @Option(help: "The most clips of a video; 0 for no limit.")
    var maxClips = 75

    @Option(help: "The most words of a sentence; 0 for no limit.")
    var maxWords = 32

    @Flag(help: "Sample videos with more clips over their whole length; else they are cut.")
    var sampleLong = false

    @Flag(inversion: .prefixedNo, help: "Add where a clip begins and ends as two columns.")
    var endpoints = true

    @Flag(inversion: .prefixedNo, help: "L2-normalise each kind of features.")
    var normalise = true

    /// Opens the folders and files.
    func open(_ annotations: [Annotation], verifyingChecksums: Bool = true) throws -> FeatureFiles {
        guard !video.isEmpty else { throw UsageError("name the video features by --video") }
        guard let text else { throw UsageError("name the text features by --text") }
        let settings = FeatureSettings(
            clipLength: clipLength, maxClips: maxClips > 0 ? maxClips : nil,
            longVideos: sampleLong ? .sample : .cut, temporalEndpoints: endpoints, normalised: normalise,
            maxWords: maxWords > 0 ? maxWords : nil, verifiesChecksums: verifyingChecksums)
        return try FeatureFiles(
            video: video.map { FeatureSource($0, pattern: videoPattern) },
            text: FeatureSource(text, pattern: textPattern), settings: settings, annotations: annotations)
    }
}
