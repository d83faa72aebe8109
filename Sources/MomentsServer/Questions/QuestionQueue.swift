import Foundation
import Synchronization
import VideoLibrary

/// The one thread that computes answers, and the questions that wait for it.
///
/// Questions that came while it was busy are taken together: their sentences are encoded at once, and those that ask the
/// same get one answer. Its number of threads inside of libtorch is set once, at the program's start.
final class QuestionQueue: Sendable {
    /// All that an answer depends on, so that those who ask the same at the same time can share it.
    enum Subject: Hashable, Sendable {
        case video(String, sentences: [String], model: Int)
        case library(LibraryFilter, sentence: String, model: Int, count: Int)
    }

    /// A question that waits. Its closures are called by the thread of the queue alone.
    struct Question: Sendable {
        /// Nil for a question whose answer is for itself alone.
        let subject: Subject?
        let sentences: [String]
        let maxTokens: Int
        /// Whether nobody waits for the answer any more.
        let isAbandoned: @Sendable () -> Bool
        let answer: @Sendable ([SentenceFeatures]) -> Result<any Sendable, any Error>
        /// Hands over its own answer, or that of a question of the same subject.
        let finish: @Sendable (Result<any Sendable, any Error>) -> Void
    }

    private struct State {
        var waiting: [Question] = []
        var isStopped = false
    }

    /// Sentences that are encoded together at most.
    private static let batch = 32

    private let limit: Int
    private let state = Mutex(State())
    private let arrival = DispatchSemaphore(value: 0)
    private let cache: SentenceCache
    private let metrics: ServerMetrics

    /// Starts the thread.
    init(encoder: sending any SentenceEncoder, limit: Int, metrics: ServerMetrics) {
        self.limit = limit
        self.metrics = metrics
        cache = SentenceCache(encoder)
        let thread = Thread { [self] in work() }
        thread.name = "moments.questions"
        thread.start()
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// No question is taken any more; those that wait are refused.
    func stop() {
        let left = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for question in left { question.finish(.failure(Failure.stopping)) }
        arrival.signal()
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameters:
    ///   - subject: Questions of one subject share an answer where they are taken together. They all have the same type
    ///     of answer.
    ///   - time: How long it may take, with the wait.
    ///   - compute: Makes the answer of the sentences' features, on the queue's thread.
    /// - Throws: ``Failure`` where the queue is full or the time is over; what `compute` throws.
    func ask<Answer: Sendable>(
        _ subject: Subject?, _ sentences: [String], maxTokens: Int, in time: Duration,
        _ compute: @escaping @Sendable ([SentenceFeatures]) throws -> Answer
    ) async throws -> Answer {
        let ticket = Ticket<Answer>()
        let timer = Task {
            try await Task.sleep(for: time)
            ticket.finish(.failure(Failure.tooSlow))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard ticket.wait(with: continuation) else { return }
                let question = Question(
                    subject: subject, sentences: sentences, maxTokens: maxTokens, isAbandoned: { ticket.isFinished },
                    answer: { features in Result { try compute(features) } },
                    finish: { result in
                        ticket.finish(
                            result.map { answer in
                                guard let own = answer as? Answer else {
                                    preconditionFailure("questions of one subject have one type of answer")
                                }
                                return own
                            })
                    })
                if let refusal = take(question) { ticket.finish(.failure(refusal)) }
            }
        } onCancel: {
            ticket.finish(.failure(CancellationError()))
        }
    }

    private func take(_ question: Question) -> Failure? {
        let refusal: Failure? = state.withLock { state in
            if state.isStopped { return .stopping }
            state.waiting.removeAll { $0.isAbandoned() }
            guard state.waiting.count < limit else {
                return .busy("queue_full", "Too many questions wait; try again.", after: 2)
            }
            state.waiting.append(question)
            return nil
        }
        if refusal == nil { arrival.signal() }
        return refusal
    }

    // MARK: The thread

    private func work() {
        while true {
            arrival.wait()
            let (questions, isStopped) = next()
            if !questions.isEmpty { answer(questions) }
            if isStopped { return }
        }
    }

    /// What is answered next: all that wait, up to a batch of sentences.
    private func next() -> ([Question], Bool) {
        state.withLock { state in
            state.waiting.removeAll { $0.isAbandoned() }
            var count = 0
            let taken = state.waiting.prefix { question in
                defer { count += question.sentences.count }
                return count == 0 || count + question.sentences.count <= Self.batch
            }
            state.waiting.removeFirst(taken.count)
            if !state.waiting.isEmpty { arrival.signal() }
            return (Array(taken), state.isStopped)
        }
    }

    private func answer(_ questions: [Question]) {
        for (maxTokens, group) in Dictionary(grouping: questions, by: \.maxTokens).sorted(by: { $0.key < $1.key }) {
            do {
                let sentences = group.flatMap(\.sentences)
                let (features, encoded) = try cache.features(of: sentences, maxTokens: maxTokens)
                metrics.countBatch(sentences: sentences.count, encoded: encoded)
                var first = 0
                var known: [Subject: Result<any Sendable, any Error>] = [:]
                for question in group {
                    let own = features[first..<first + question.sentences.count]
                    first += question.sentences.count
                    if let subject = question.subject, let answer = known[subject] {
                        metrics.countShared()
                        question.finish(answer)
                        continue
                    }
                    let begun = ContinuousClock.now
                    let answer = question.answer(Array(own))
                    metrics.countQuestion(begun.duration(to: .now))
                    if let subject = question.subject { known[subject] = answer }
                    question.finish(answer)
                }
            } catch {
                for question in group { question.finish(.failure(error)) }
            }
        }
    }
}

/// Someone who waits for one answer; the first that comes counts.
private final class Ticket<Answer: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Answer, any Error>)
        case finished((any Error)?)
    }

    private let state = Mutex(State.new)

    var isFinished: Bool {
        state.withLock { if case .finished = $0 { true } else { false } }
    }

    /// False where it was over before the wait began.
    func wait(with continuation: CheckedContinuation<Answer, any Error>) -> Bool {
        let error: (any Error)? = state.withLock { state in
            if case .finished(let error) = state { return error ?? CancellationError() }
            state = .waiting(continuation)
            return nil
        }
        if let error { continuation.resume(throwing: error) }
        return error == nil
    }

    func finish(_ result: Result<Answer, any Error>) {
        let waiting: CheckedContinuation<Answer, any Error>? = state.withLock { state in
            var found: CheckedContinuation<Answer, any Error>?
            switch state {
            case .finished: return nil
            case .waiting(let continuation): found = continuation
            case .new: break
            }
            if case .failure(let error) = result { state = .finished(error) } else { state = .finished(nil) }
            return found
        }
        waiting?.resume(with: result)
    }
}

/// Encodes sentences once, and remembers those of late. It belongs to the queue's thread.
private final class SentenceCache: @unchecked Sendable {
    private struct Key: Hashable {
        let sentence: String
        let maxTokens: Int
    }

    private static let limit = 512
    private let encoder: any SentenceEncoder
    private var known: [Key: (features: SentenceFeatures, used: Int)] = [:]
    private var clock = 0

    init(_ encoder: any SentenceEncoder) { self.encoder = encoder }

    /// Features in the sentences' order, and how many had to be encoded.
    func features(of sentences: [String], maxTokens: Int) throws -> ([SentenceFeatures], encoded: Int) {
        clock += 1
        let keys = sentences.map { Key(sentence: $0, maxTokens: maxTokens) }
        var new: [Key] = []
        for key in keys where known[key] == nil && !new.contains(key) { new.append(key) }
        let encoded = new.isEmpty ? [] : try encoder.encode(new.map(\.sentence), maxTokens: maxTokens)
        for (key, features) in zip(new, encoded) { known[key] = (features, clock) }
        let features = keys.compactMap { key in
            known[key]?.used = clock
            return known[key]?.features
        }
        if known.count > Self.limit {
            let old = known.sorted { $0.value.used < $1.value.used }.prefix(known.count - Self.limit / 2)
            for (key, _) in old { known[key] = nil }
        }
        return (features, new.count)
    }
}
