import ArgumentParser
import EmbeddedModels
import Encoders
import Foundation
import Logging
import MomentsServer
import Torch
import Training
import VideoLibrary

/// `moments serve`: a library and models over HTTP, with a page.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a library of videos over HTTP, with a page to use it.",
        discussion: """
              moments index ~/Videos --clip ViT-B-32.pt
              moments serve --clip ViT-B-32.pt

            and open http://127.0.0.1:8080/. Clients may list, watch, find, search and upload; GET /openapi.json describes \
            how. The weights and --encoder are those that the library was indexed with. --model NAME=RUN adds a trained \
            model; the first of them answers where a client names none, and “zero-shot”, CLIP alone, can always be asked.

            Only this machine reaches it. At another --host clients must know a token of 16 characters or more, from \
            --token-file or $MOMENTS_TOKEN. Ctrl-C ends it: requests that run are answered, and an upload that is being \
            encoded is taken up by the next server. docs/server.md has the rest.
            """)

    @OptionGroup var place: LibraryOptions
    @OptionGroup var encoding: LibraryEncoderOptions
    @OptionGroup var vectors: VectorDatabaseOptions

    @Option(
        help: ArgumentHelp(
            "A run's folder, or a checkpoint, or small-world alone; may be repeated.", valueName: "name=path"))
    var model: [String] = []

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0 takes a free one.")
    var port = 8080

    @Option(help: ArgumentHelp("The file that holds the token which clients must know.", valueName: "file"))
    var tokenFile: String?

    @Option(help: "Bytes of an uploaded video at most, in MiB.")
    var uploadLimit = 8192

    @Option(help: "Threads that one answer is computed by.")
    var threads: Int?

    @Option(help: "How the log is written: text, or json, one object a line.")
    var logFormat = LogFormat.text

    @Option(help: "What is logged: error, warning, info (every request) or debug.")
    var logLevel = Logger.Level.info

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port is a number from 0 to 65535.") }
        if uploadLimit < 1 { throw ValidationError("--upload-limit must be at least 1.") }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        try await reportingFailures {
            if let threads { Libtorch.setThreadCount(threads) }
            let format = logFormat
            LoggingSystem.bootstrap { label in format.handler(label) }
            var logger = Logger(label: "moments.serve")
            logger.logLevel = logLevel
            let settings = try settings()
            var encoding = encoding
            let trained = try trained(&encoding.weights)
            let videos = try encoding.loaded()
            // Sentences and pictures are encoded by two threads; the weights that they share are only read.
            nonisolated(unsafe) let models = try models(trained, words: videos.clip)
            nonisolated(unsafe) let sentences: any SentenceEncoder = ServedSentences(videos.clip)
            nonisolated(unsafe) let encoder: any ServedVideoEncoder = videos
            let server = try MomentsServer(
                library: vectors.library(at: place.url, creating: true), models: models, sentences: sentences,
                videos: encoder, settings: settings, logger: logger)
            let name = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
            try await server.run { port in
                print("http://\(name):\(port)/")
                fflush(nil)
            }
        }
    }

    private func settings() throws -> ServerSettings {
        var settings = ServerSettings()
        (settings.host, settings.port, settings.version) = (host, port, momentsVersion)
        settings.uploadLimit = Int64(uploadLimit) << 20
        if let tokenFile {
            guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
                throw UsageError("--token-file \(tokenFile): it cannot be read")
            }
            settings.token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        } else if let token = ProcessInfo.processInfo.environment["MOMENTS_TOKEN"], !token.isEmpty {
            settings.token = token
        }
        return settings
    }

    /// The trained models and what they are called, in order. The package's own brings its encoders.
    private func trained(_ weights: inout EncoderOptions) throws -> [(name: String, model: TrainedModel)] {
        let wanted = model.isEmpty && weights.areEmbedded ? [EmbeddedModels.name] : model
        var found: [(name: String, model: TrainedModel)] = []
        for text in wanted {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let isNamed = parts.count == 2 && !parts[0].isEmpty
            guard isNamed || text == EmbeddedModels.name else { throw UsageError("--model \(text): give NAME=PATH") }
            guard parts[0] != ServedZeroShot.name, !found.contains(where: { $0.name == parts[0] }) else {
                throw UsageError("--model \(text): there is a model \(parts[0]) already")
            }
            if let model = try weights.model(parts.last) { found.append((parts[0], model)) }
        }
        return found
    }

    /// Trained ones first.
    private func models(_ trained: [(name: String, model: TrainedModel)], words clip: CLIP) throws -> [any ServedModel]
    {
        try trained.map { try ServedTrained($0.model, name: $0.name, words: clip) } + [ServedZeroShot()]
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
