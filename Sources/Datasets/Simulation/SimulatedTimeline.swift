import Annotations

/// What is on screen in each clip of one simulated video: entities and actions, clip by clip.
///
/// A video has one timeline, whatever the number of its queries.
struct SimulatedTimeline {
    /// L rows of width H.
    private(set) var entities: [[Float]] = []
    /// L rows of width H.
    private(set) var actions: [[Float]] = []

    /// The share of partly aligned background: the query's entities are on screen, with another action.
    static let sharedEntities = 0.5
    /// The share of background with the query's action and other entities.
    static let sharedAction = 0.15
    /// The longest background segment, in clips.
    static let longestSegment = 25
    /// The saliency of a relevant clip where the annotation has none.
    static let assumedSaliency = 3.0

    /// Draws a timeline.
    ///
    /// - Parameters:
    ///   - annotations: The video's queries.
    ///   - clipCount: L.
    ///   - segmentLengths: Lengths, in clips, that background segments are drawn from.
    ///   - others: Meanings that background is drawn from.
    init(
        annotations: [Annotation], clipCount: Int, clipLength: Double, segmentLengths: [Int], meaning: SimulatedMeaning,
        others: [SimulatedMeaning.Sentence], random: inout SimulationRandom
    ) {
        let own = annotations.map { meaning.sentence($0.query) }
        while entities.count < clipCount {
            let length = min(segmentLengths[random.position(below: segmentLengths.count)], Self.longestSegment)
            let query = own[random.position(below: own.count)]
            let draw = random.uniform()
            let first = others[random.position(below: others.count)]
            let second = others[random.position(below: others.count)]
            let segment: SimulatedMeaning.Sentence =
                switch draw {
                case ..<Self.sharedEntities: .init(entities: query.entities, actions: first.actions)
                case ..<(Self.sharedEntities + Self.sharedAction):
                    .init(entities: first.entities, actions: query.actions)
                default: .init(entities: first.entities, actions: second.actions)
                }
            for _ in 0..<min(max(length, 1), clipCount - entities.count) {
                entities.append(segment.entities)
                actions.append(segment.actions)
            }
        }
        for (annotation, query) in zip(annotations, own) {
            show(query, annotation, clipCount: clipCount, clipLength: clipLength)
        }
    }

    /// Mixes the query's meaning into its relevant clips, the more the higher their saliency.
    private mutating func show(
        _ query: SimulatedMeaning.Sentence, _ annotation: Annotation, clipCount: Int, clipLength: Double
    ) {
        guard let relevant = annotation.clipIsRelevant(clipLength: clipLength, count: clipCount) else { return }
        let saliency = annotation.clipSaliency(clipLength: clipLength, count: clipCount)
        for clip in 0..<clipCount where relevant[clip] {
            let mean = saliency?.mean(ofRow: clip) ?? Self.assumedSaliency
            let g = Float(0.25 + 0.75 * mean / 4)
            entities[clip] = unit(zip(query.entities, entities[clip]).map { g * $0 + (1 - g) * $1 })
            actions[clip] = unit(zip(query.actions, actions[clip]).map { g * $0 + (1 - g) * $1 })
        }
    }
}
