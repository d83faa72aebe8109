import Batches
import Coding
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
    let start, end, score: Double
    @Nullable var confidence: Double?
    @Nullable var logit: Double?
    @Nullable var cosine: Double?

    init(_ moment: ServedMoment) {
        (start, end, score) = (moment.span.start, moment.span.end, moment.score)
        confidence = moment.confidence
        logit = moment.logit
        cosine = moment.cosine
    }
}

/// The answer of `POST /v1/find`.
struct FindAnswer: Encodable, Sendable {
    struct Curve: Encodable, Sendable {
        let clipLength: Double
        @Nullable var relevance: [Double]?
        let saliency: [Double]
    }

    struct Answer: Encodable, Sendable {
        let sentence: String
        let moments: [MomentObject]
        let noConfidentMoment: Bool
        @Nullable var threshold: Double?
        @Nullable var best: MomentObject?
        let curve: Curve
    }

    @Nullable var video: VideoReference?
    let model: ModelCard
    let duration: Double
    let isPartial: Bool
    let answers: [Answer]
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
    @Nullable var threshold: Double?
    let hits: [SearchHit]
    @Nullable var groups: [Group]?

    /// By video, the one of the best moment first.
    static func grouped(_ hits: [SearchHit]) -> [Group] {
        var order: [VideoReference] = []
        for hit in hits where !order.contains(hit.video) { order.append(hit.video) }
        return order.map { video in
            Group(video: video, moments: hits.filter { $0.video == video }.map { MomentObject($0.moment) })
        }
    }
}
