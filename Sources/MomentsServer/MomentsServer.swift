import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals
import VideoLibrary

/// A library of videos and models over HTTP, with a page to use them.
///
///     let server = try MomentsServer(
///         library: library, models: [model], sentences: clip, videos: encoder, settings: settings, logger: logger)
///     try await server.run { port in print("http://127.0.0.1:\(port)/") }
///
/// Questions are answered by one thread, which takes those that wait together; videos are encoded by another one. What
/// clients may ask is described by the OpenAPI document that the server gives at `/openapi.json`.
public struct MomentsServer: Sendable {
    private let settings: ServerSettings
    private let logger: Logger
    private let parts: Parts
    let endpoints: [Endpoint]
    private let page: PageFiles
    private let gate: Gate
    private let metrics: ServerMetrics

    /// What ends with the server.
    private struct Parts: Sendable {
        let queue: QuestionQueue
        let jobs: JobCenter
        let worker: JobWorker
        let room: PictureRoom
        let clips: Clips
    }

    /// Makes a server; it answers nothing yet, but its threads begin to work on the jobs that were left.
    ///
    /// - Parameters:
    ///   - library: What is searched, and what uploads are taken up into.
    ///   - models: Whom clients may ask; the first one where they name none.
    ///   - sentences: Encodes their sentences.
    ///   - videos: Encodes uploads; videos of its space are those that can be asked.
    ///   - settings: Where it listens, who may ask it, and how much it takes on.
    ///   - logger: What it tells whoever runs it.
    /// - Throws: ``ServerError``.
    public init(
        library: VideoLibrary, models: sending [any ServedModel], sentences: sending any SentenceEncoder,
        videos: sending any ServedVideoEncoder, settings: ServerSettings, logger: Logger
    ) throws(ServerError) {
        try settings.check()
        self.settings = settings
        self.logger = logger
        let space = videos.space
        let interface = try ServerResources.interface()
        page = try ServerResources.page()
        metrics = ServerMetrics()
        let token = settings.token.map { TokenKeeper($0) }
        gate = Gate(isLoopback: settings.isLoopback, token: token, page: page)

        let jobs = try JobCenter(
            JobFile(library), settings: settings, logger: logger)
        let queue = QuestionQueue(encoder: sentences, limit: settings.waitingQuestions, metrics: metrics)
        let questions = Questions(
            models: models, queue: queue, library: library, space: space, time: settings.questionTime)
        let room = PictureRoom(limit: settings.waitingPictures)
        let clips = Clips(room, in: settings.temporaryFolder, limit: settings.clipCache, time: settings.clipTime)
        let worker = JobWorker(jobs, library: library, logger: logger)
        parts = Parts(queue: queue, jobs: jobs, worker: worker, room: room, clips: clips)

        let bodies = BodyReader(limit: settings.bodyLimit, time: settings.bodyTime)
        let own = ServerRoutes(
            questions: questions, queue: queue, jobs: jobs, room: room, metrics: metrics, token: token, bodies: bodies,
            interface: interface, version: settings.version)
        let asking = QuestionRoutes(questions: questions, jobs: jobs, bodies: bodies)
        let watching = VideoRoutes(
            library: library, space: space, settings: settings, room: room, thumbnails: Thumbnails(room), clips: clips)
        let uploads = Uploads(library: library, space: space, center: jobs, settings: settings)
        let working = JobRoutes(center: jobs)
        endpoints = [
            Endpoint(.get, "/health", own.health), Endpoint(.get, "/metrics", own.figures),
            Endpoint(.get, "/openapi.json", own.document), Endpoint(.get, "/login", own.loginForm),
            Endpoint(.post, "/login", own.login), Endpoint(.get, "/v1/models", own.models),
            Endpoint(.get, "/v1/library", watching.numbers), Endpoint(.get, "/v1/videos", watching.list),
            Endpoint(.post, "/v1/videos", uploads.take), Endpoint(.get, "/v1/videos/{id}", watching.detail),
            Endpoint(.delete, "/v1/videos/{id}", watching.remove),
            Endpoint(.get, "/v1/videos/{id}/file", watching.file),
            Endpoint(.get, "/v1/videos/{id}/thumbnails/{seconds}.jpg", watching.thumbnail),
            Endpoint(.get, "/v1/videos/{id}/clip", watching.clip), Endpoint(.post, "/v1/find", asking.find),
            Endpoint(.post, "/v1/search", asking.search), Endpoint(.get, "/v1/jobs", working.list),
            Endpoint(.get, "/v1/jobs/{id}", working.detail), Endpoint(.get, "/v1/jobs/{id}/events", working.events),
            Endpoint(.post, "/v1/jobs/{id}/cancel", working.cancel),
        ]
        uploads.takeUpLeftovers()
        worker.start(videos)
    }

    /// Answers until the process is asked to stop (SIGINT or SIGTERM): requests that run are answered, the job that runs is
    /// put back for the next server.
    ///
    /// - Parameter listening: Called with the port as soon as clients may come.
    /// - Throws: ``ServerError/cannotListen(host:port:reason:)``.
    public func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: PartsService(parts: parts)), .init(service: application(listening))],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.stopTime
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            await close()
            throw ServerError.cannotListen(
                host: settings.host, port: settings.port, reason: String(cString: strerror(error.errnoCode)))
        } catch {
            await close()
            throw error
        }
        await close()
    }

    /// The application, as a test may ask it without a socket.
    func application(_ listening: @escaping @Sendable (Int) -> Void = { _ in }) -> some ApplicationProtocol {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Envelope(metrics: metrics))
        router.add(middleware: gate)
        router.add(middleware: Elsewhere(endpoints: endpoints, page: page))
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.handler)
        }
        return Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [SlowRequests(TimeAmount(settings.idleTime)), UnreadableRequests()],
                    idleTimeout: TimeAmount(settings.idleTime),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.connections, logger: logger)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
    }

    /// Ends the threads, and removes what was kept for a while.
    func close() async {
        parts.jobs.stop()
        parts.queue.stop()
        // The job that runs is told at the next picture of its video.
        for _ in 0..<200 where !parts.worker.hasStopped { try? await Task.sleep(for: .milliseconds(50)) }
        await parts.clips.clear()
        parts.room.stop()
    }

    /// Lets those go who wait for events, and finds out who is gone.
    private struct PartsService: Service {
        let parts: Parts

        func run() async throws {
            try? await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: .seconds(10))
                    parts.jobs.beat()
                }
            }
            parts.jobs.stop()
        }
    }
}
