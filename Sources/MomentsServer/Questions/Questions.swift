import Batches
import Finding
import Foundation
import Grounding
import Torch
import VideoLibrary

/// Puts clients' questions to models and library.
final class Questions: Sendable {
    /// What clients are told of the models; the first one answers where none is named.
    let cards: [ModelCard]
    private let models: Models
    private let queue: QuestionQueue
    private let library: VideoLibrary
    private let space: String
    private let time: Duration
    private let videos = EncodedVideos()

    /// Only the queue's thread asks them.
    private final class Models: @unchecked Sendable {
        let all: [any ServedModel]
        init(_ all: [any ServedModel]) { self.all = all }
        subscript(index: Int) -> any ServedModel { all[index] }
    }

    init(
        models: sending [any ServedModel], queue: QuestionQueue, library: VideoLibrary, space: String, time: Duration
    ) {
        precondition(!models.isEmpty, "no model")
        cards = models.map(\.card)
        self.models = Models(models)
        tokens = self.models.all.map(\.maxTokens)
        self.queue = queue
        self.library = library
        self.space = space
        self.time = time
    }

    private let tokens: [Int]

    /// The place of a model.
    private func place(of name: String?) throws(Failure) -> Int {
        guard let name else { return 0 }
        guard let place = cards.firstIndex(where: { $0.name == name }) else {
            throw .notFound(
                "There is no model \(name.prefix(100)); there are \(cards.map(\.name).joined(separator: ", ")).")
        }
        return place
    }

    /// What a model says of one video.
    func find(_ request: FindRequest, in partial: EncodedVideo?) async throws -> FindAnswer {
        let index = try place(of: request.model)
        let card = cards[index]
        var found: LibraryVideo?
        if let hash = request.video {
            guard let video = try await offLoop({ [library] in try library.video(hash) }) else {
                throw Failure.notFound("There is no such video.")
            }
            guard video.encodings.contains(where: { $0.space == space }) else {
                throw Failure.conflict(
                    "not_indexed", "The video was not encoded as this server encodes; index it again.")
            }
            found = video
        }
        // What there is of a video that is still being encoded changes.
        let subject = found.map {
            QuestionQueue.Subject.video($0.hash, sentences: request.sentences, model: index)
        }
        let answers = try await queue.ask(subject, request.sentences, maxTokens: tokens[index], in: time) {
            [models, videos, library, space] features -> (Double, [ServedAnswer]) in
            let video: EncodedVideo
            if let partial {
                video = partial
            } else if let hash = request.video,
                let known = try videos.video(hash, { try library.encodedVideo(hash, space: space) })
            {
                video = known
            } else {
                throw Failure.conflict("not_indexed", "The video's features are gone; index it again.")
            }
            return (
                video.duration,
                try zip(request.sentences, features).map { try models[index].answer(video, sentence: $0, features: $1) }
            )
        }
        return FindAnswer(
            video: found.map(VideoReference.init), model: card, duration: answers.0, isPartial: partial != nil,
            answers: zip(request.sentences, answers.1).map { sentence, answer in
                let chosen = ChosenMoments(
                    answer.moments, threshold: request.threshold ?? card.threshold, limit: request.limit)
                return .init(
                    sentence: sentence, moments: chosen.moments.map { MomentObject($0) },
                    noConfidentMoment: chosen.moments.isEmpty, threshold: chosen.threshold,
                    best: chosen.best.map { MomentObject($0) },
                    curve: .init(
                        clipLength: answer.clipLength, relevance: answer.relevance, saliency: answer.saliency))
            })
    }

    /// The moments of all videos that a sentence describes.
    func search(_ request: SearchRequest) async throws -> SearchAnswer {
        let index = try place(of: request.model)
        let card = cards[index]
        let threshold = request.threshold ?? card.threshold
        let subject = QuestionQueue.Subject.library(
            request.filters.filter, sentence: request.sentence, model: index, count: request.limit)
        let hits = try await queue.ask(subject, [request.sentence], maxTokens: tokens[index], in: time) {
            [models, library, space] features -> [SearchHit] in
            let model = models[index]
            let grounder = try model.grounder(sentence: request.sentence, features: features[0])
            let hits: [LibraryHit]
            do {
                hits = try library.search(
                    vector: features[0].pooled.doubles().map { Float($0) }, space: space, grounder: grounder,
                    filter: request.filters.filter, count: request.limit)
            } catch LibraryError.otherEncoders(_, let known) where known.isEmpty {
                // A library that nothing was taken up into yet.
                hits = []
            }
            return hits.map { hit in
                var moment = model.served(hit.moment)
                moment.cosine = hit.cosine
                return SearchHit(moment, VideoReference(hit))
            }
        }
        let shown = hits.filter { $0.moment.score >= threshold ?? -.infinity }
        return SearchAnswer(
            sentence: request.sentence, model: card, noConfidentMoment: shown.isEmpty, threshold: threshold,
            hits: shown,
            groups: request.groupsByVideo ? SearchAnswer.grouped(shown) : nil)
    }
}

/// Moments that reach a threshold, and the best where none does.
struct ChosenMoments {
    let moments: [ServedMoment]
    let best: ServedMoment?
    let threshold: Double?

    init(_ all: [ServedMoment], threshold: Double?, limit: Int) {
        self.threshold = threshold
        moments = Array(all.prefix { $0.score >= threshold ?? -.infinity }.prefix(limit))
        best = moments.isEmpty ? all.first : nil
    }
}

/// Encoded videos that were asked of late. It is used by one thread.
private final class EncodedVideos: @unchecked Sendable {
    /// Clips that are kept; of CLIP alone these are 80 MiB.
    private static let limit = 40_000
    private var known: [(hash: String, video: EncodedVideo)] = []

    func video(_ hash: String, _ load: () throws -> EncodedVideo?) throws -> EncodedVideo? {
        if let place = known.firstIndex(where: { $0.hash == hash }) {
            known.append(known.remove(at: place))
            return known.last?.video
        }
        guard let video = try load() else { return nil }
        known.append((hash, video))
        while known.count > 1, known.reduce(0, { $0 + $1.video.clipCount }) > Self.limit { known.removeFirst() }
        return video
    }
}
