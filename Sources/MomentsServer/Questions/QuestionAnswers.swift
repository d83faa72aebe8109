import Batches
import VideoLibrary

/// A video as answers name it.
struct VideoReference: Encodable, Hashable, Sendable {
    let id, name: String
    let duration: Double

    init(_ video: LibraryVideo) {
        (id, name, duration) = (video.hash, video.name, video.duration)
    }

    init(_ hit: LibraryHit) {
        let path = hit.paths.first ?? hit.video
        (id, name, duration) = (hit.video, path.split(separator: "/").last.map(String.init) ?? path, hit.duration)
    }
}

/// A moment. What is not known is null.
struct MomentObject: Encodable, Sendable {
    let moment: ServedMoment

    enum CodingKeys: String, CodingKey { case start, end, score, confidence, logit, cosine }

    init(_ moment: ServedMoment) { self.moment = moment }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(moment.span.start, forKey: .start)
        try fields.encode(moment.span.end, forKey: .end)
        try fields.encode(moment.score, forKey: .score)
        try fields.encode(moment.confidence, forKey: .confidence)
        try fields.encode(moment.logit, forKey: .logit)
        try fields.encode(moment.cosine, forKey: .cosine)
    }
}

/// The answer of `POST /v1/find`.
struct FindAnswer: Encodable, Sendable {
    struct Curve: Encodable, Sendable {
        let clipLength: Double
        let relevance: [Double]?
        let saliency: [Double]

        enum CodingKeys: String, CodingKey { case clipLength, relevance, saliency }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(clipLength, forKey: .clipLength)
            try fields.encode(relevance, forKey: .relevance)
            try fields.encode(saliency, forKey: .saliency)
        }
    }

    struct Answer: Encodable, Sendable {
        let sentence: String
        let moments: [MomentObject]
        let noConfidentMoment: Bool
        let threshold: Double?
        let best: MomentObject?
        let curve: Curve

        enum CodingKeys: String, CodingKey { case sentence, moments, noConfidentMoment, threshold, best, curve }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(sentence, forKey: .sentence)
            try fields.encode(moments, forKey: .moments)
            try fields.encode(noConfidentMoment, forKey: .noConfidentMoment)
            try fields.encode(threshold, forKey: .threshold)
            try fields.encode(best, forKey: .best)
            try fields.encode(curve, forKey: .curve)
        }
    }

    let video: VideoReference?
    let model: ModelCard
    let duration: Double
    let isPartial: Bool
    let answers: [Answer]

    enum CodingKeys: String, CodingKey { case video, model, duration, isPartial, answers }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(video, forKey: .video)
        try fields.encode(model, forKey: .model)
        try fields.encode(duration, forKey: .duration)
        try fields.encode(isPartial, forKey: .isPartial)
        try fields.encode(answers, forKey: .answers)
    }
}

/// A moment of one of many videos.
struct SearchHit: Encodable, Sendable {
    let moment: ServedMoment
    let video: VideoReference

    enum CodingKeys: String, CodingKey { case video }

    init(_ moment: ServedMoment, _ video: VideoReference) {
        self.moment = moment
        self.video = video
    }

    func encode(to encoder: any Encoder) throws {
        try MomentObject(moment).encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(video, forKey: .video)
    }
}

/// The answer of `POST /v1/search`.
struct SearchAnswer: Encodable, Sendable {
    struct Group: Encodable, Sendable {
        let video: VideoReference
        let moments: [MomentObject]
    }

    let sentence: String
    let model: ModelCard
    let noConfidentMoment: Bool
    let threshold: Double?
    let hits: [SearchHit]
    let groups: [Group]?

    /// By video, the one of the best moment first.
    static func grouped(_ hits: [SearchHit]) -> [Group] {
        var order: [VideoReference] = []
        for hit in hits where !order.contains(hit.video) { order.append(hit.video) }
        return order.map { video in
            Group(video: video, moments: hits.filter { $0.video == video }.map { MomentObject($0.moment) })
        }
    }

    enum CodingKeys: String, CodingKey { case sentence, model, noConfidentMoment, threshold, hits, groups }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(sentence, forKey: .sentence)
        try fields.encode(model, forKey: .model)
        try fields.encode(noConfidentMoment, forKey: .noConfidentMoment)
        try fields.encode(threshold, forKey: .threshold)
        try fields.encode(hits, forKey: .hits)
        try fields.encode(groups, forKey: .groups)
    }
}
