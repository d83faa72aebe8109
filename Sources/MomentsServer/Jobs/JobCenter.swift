import Finding
import Foundation
import Logging
import Synchronization

/// The jobs: what waits, the one that runs, and those that ended of late.
///
/// ``JobWorker`` works on them, one after the other. Every change of state is in a file before anybody hears of it.
final class JobCenter: Sendable {
    private struct Subscriber {
        let id: UUID
        let continuation: AsyncStream<JobObject>.Continuation

        /// Ends the stream from our side, under the lock that its own end would take.
        func letGo() {
            continuation.onTermination = nil
            continuation.finish()
        }
    }

    private struct State {
        /// In the order in which they came.
        var jobs: [Job] = []
        /// What is encoded of the one that runs.
        var partial: (job: UUID, video: EncodedVideo)?
        var cancelled: Set<UUID> = []
        var subscribers: [UUID: [Subscriber]] = [:]
        var isStopping = false
    }

    private static let mostSubscribers = 256

    private let file: JobFile
    private let settings: ServerSettings
    private let logger: Logger
    private let arrival = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    /// Takes up the jobs that a server before this one left. Nothing is done yet.
    init(_ file: JobFile, settings: ServerSettings, logger: Logger) throws(ServerError) {
        self.file = file
        self.settings = settings
        self.logger = logger
        let left = try file.read()
        state.withLock { $0.jobs = left }
    }

    // MARK: What clients do

    /// All jobs, the latest first.
    func jobs(in wanted: Job.State?) -> [JobObject] {
        state.withLock { state in
            state.jobs.reversed().filter { wanted == nil || $0.state == wanted }.map { Self.object($0, state) }
        }
    }

    func job(_ id: UUID) -> JobObject? {
        state.withLock { state in state.jobs.first { $0.id == id }.map { Self.object($0, state) } }
    }

    /// How many there are in each state.
    var counts: [String: Int] {
        let jobs = state.withLock { $0.jobs }
        return Dictionary(
            uniqueKeysWithValues: Job.State.allCases.map { state in
                (state.rawValue, jobs.count { $0.state == state })
            })
    }

    var waiting: Int { state.withLock { $0.jobs.count { $0.state == .queued } } }

    /// How many clients wait for events.
    var listeners: Int { state.withLock { $0.subscribers.values.reduce(0) { $0 + $1.count } } }

    /// Throws where no more jobs are taken.
    func checkRoom() throws(Failure) {
        let (isStopping, waiting) = state.withLock { ($0.isStopping, $0.jobs.count { $0.state == .queued }) }
        if isStopping { throw .stopping }
        if waiting >= settings.waitingJobs {
            throw .busy("queue_full", "\(waiting) videos wait to be encoded; try again later.", after: 60)
        }
    }

    /// Adds a job, whatever its state.
    func add(_ job: Job) throws -> JobObject {
        let object = try state.withLock { state in
            var jobs = state.jobs + [job]
            let finished = jobs.filter(\.state.isFinal)
            let old = Set(finished.prefix(max(0, finished.count - settings.finishedJobs)).map(\.id))
            jobs.removeAll { old.contains($0.id) }
            try file.write(jobs)
            state.jobs = jobs
            return Self.object(job, state)
        }
        arrival.signal()
        return object
    }

    /// Stops a job. One that runs is told to, and ends soon.
    func cancel(_ id: UUID) throws -> JobObject {
        let (object, isWaiting) = try state.withLock { state -> (JobObject, Bool) in
            guard let place = state.jobs.firstIndex(where: { $0.id == id }) else {
                throw Failure.notFound("There is no such job.")
            }
            switch state.jobs[place].state {
            case .running:
                state.cancelled.insert(id)
                return (Self.object(state.jobs[place], state), false)
            case .queued:
                try change(place, &state) { $0.state = .cancelled }
                return (Self.object(state.jobs[place], state), true)
            case .done, .failed, .cancelled:
                throw Failure.conflict("job_ended", "The job has ended: \(state.jobs[place].state.rawValue).")
            }
        }
        if isWaiting { object.job.removeUpload() }
        return object
    }

    /// A job's state now and after each change, until it has ended or the server stops.
    func events(of id: UUID) throws(Failure) -> AsyncStream<JobObject> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: JobObject.self, bufferingPolicy: .bufferingNewest(1))
        let subscriber = Subscriber(id: UUID(), continuation: continuation)
        let refusal: Failure? = state.withLock { state in
            guard let job = state.jobs.first(where: { $0.id == id }) else { return .notFound("There is no such job.") }
            guard state.subscribers.values.reduce(0, { $0 + $1.count }) < Self.mostSubscribers else {
                return .busy("queue_full", "Too many clients wait for events.", after: 10)
            }
            continuation.yield(Self.object(job, state))
            if job.state.isFinal || state.isStopping {
                continuation.finish()
            } else {
                state.subscribers[id, default: []].append(subscriber)
            }
            return nil
        }
        if let refusal { throw refusal }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.subscribers[id]?.removeAll { $0.id == subscriber.id }
                if state.subscribers[id]?.isEmpty == true { state.subscribers[id] = nil }
            }
        }
        return stream
    }

    /// Tells everybody who waits that nothing has changed: a client that is gone is found out by that.
    func beat() {
        state.withLock { state in
            for (id, subscribers) in state.subscribers {
                guard let job = state.jobs.first(where: { $0.id == id }) else { continue }
                for subscriber in subscribers { subscriber.continuation.yield(Self.object(job, state)) }
            }
        }
    }

    /// The beginning of a job's video, or the whole video by its hash once the job is done.
    enum Askable {
        case partial(EncodedVideo)
        case video(String)
    }

    func askable(_ id: UUID) throws(Failure) -> Askable {
        let found: Result<Askable, Failure> = state.withLock { state in
            guard let job = state.jobs.first(where: { $0.id == id }) else {
                return .failure(.notFound("There is no such job."))
            }
            if job.state == .done, let video = job.video { return .success(.video(video)) }
            if let partial = state.partial, partial.job == id { return .success(.partial(partial.video)) }
            return .failure(.conflict("not_ready", "Nothing of the video is encoded yet."))
        }
        return try found.get()
    }

    // MARK: What the thread does

    /// The next job, which counts as running from here on; waits for one, and is nil once the server stops.
    func take() -> Job? {
        while true {
            let found: Job?? = state.withLock { state in
                if state.isStopping { return .some(nil) }
                guard let place = state.jobs.firstIndex(where: { $0.state == .queued }) else { return nil }
                update(place, &state) {
                    ($0.state, $0.started) = (.running, Date())
                }
                return .some(state.jobs[place])
            }
            if let found { return found }
            arrival.wait()
        }
    }

    /// Whether the job that runs is to go on.
    func isWanted(_ id: UUID) -> Bool {
        state.withLock { !$0.isStopping && !$0.cancelled.contains(id) }
    }

    /// Tells how far a job is. That does not outlive the server.
    func change(_ id: UUID, _ body: (inout Job) -> Void) {
        state.withLock { state in
            guard let place = state.jobs.firstIndex(where: { $0.id == id }) else { return }
            body(&state.jobs[place])
            tell(place, &state)
        }
    }

    /// Lets questions be asked about the beginning of a job's video.
    func show(_ video: EncodedVideo, of id: UUID) {
        change(id) { $0.askable = video.duration }
        state.withLock { $0.partial = (id, video) }
    }

    /// Ends a job that ran, or puts it back where it was not the client who stopped it: then the next server takes it up.
    func end(_ id: UUID, _ body: (inout Job) -> Void) -> Job? {
        state.withLock { state in
            state.partial = nil
            guard let place = state.jobs.firstIndex(where: { $0.id == id }) else { return nil }
            let isPutBack = state.cancelled.remove(id) == nil && state.isStopping
            update(place, &state) { job in
                body(&job)
                job.askable = 0
                if job.state == .cancelled, isPutBack {
                    (job.state, job.started, job.seconds) = (.queued, nil, 0)
                }
            }
            return state.jobs[place]
        }
    }

    /// No more work: the job that runs is put back, and everybody who waits for events is let go.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            for subscriber in state.subscribers.values.joined() { subscriber.letGo() }
            state.subscribers = [:]
        }
        arrival.signal()
    }

    /// Whether the server stops.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    // MARK: Changes

    /// Changes what outlives the server, and throws where it cannot be written.
    private func change(_ place: Int, _ state: inout State, _ body: (inout Job) -> Void) throws {
        var jobs = state.jobs
        body(&jobs[place])
        if jobs[place].state.isFinal { jobs[place].finished = Date() }
        try file.write(jobs)
        state.jobs = jobs
        tell(place, &state)
    }

    /// The same on the thread of the jobs, where nobody could be told.
    private func update(_ place: Int, _ state: inout State, _ body: (inout Job) -> Void) {
        body(&state.jobs[place])
        if state.jobs[place].state.isFinal { state.jobs[place].finished = Date() }
        do {
            try file.write(state.jobs)
        } catch {
            logger.error("the list of jobs is not written", metadata: ["error": "\(error)"])
        }
        tell(place, &state)
    }

    private func tell(_ place: Int, _ state: inout State) {
        let job = state.jobs[place]
        let object = Self.object(job, state)
        for subscriber in state.subscribers[job.id] ?? [] {
            subscriber.continuation.yield(object)
            if job.state.isFinal { subscriber.letGo() }
        }
        if job.state.isFinal { state.subscribers[job.id] = nil }
    }

    private static func object(_ job: Job, _ state: borrowing State) -> JobObject {
        let place =
            job.state == .queued ? state.jobs.filter { $0.state == .queued }.firstIndex { $0.id == job.id } : nil
        return JobObject(job: job, position: place)
    }
}
