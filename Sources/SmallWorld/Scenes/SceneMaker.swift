import Foundation

extension Scene {
    /// Makes the scene of a seed.
    public init(seed: UInt64, split: WorldSplit) {
        var random = WorldRandom(seed: seed, "scene \(split.rawValue)")
        // With less, the extractor's sampling would show a second or less of a clip.
        frameRate = random.pick([20, 24, 25, 30])
        frameCount = 2 * random.integer(15...75) * frameRate
        let shorter = 16 * random.integer(10...16)
        let aspect = random.pick([1, 5.0 / 4, 4.0 / 3, 4.0 / 3, 3.0 / 4])
        let longer = 2 * Int((Double(shorter) * max(aspect, 1 / aspect) / 2).rounded())
        (width, height) = aspect < 1 ? (shorter, longer) : (longer, shorter)
        let duration = Double(frameCount) / Double(frameRate)
        surroundings = Surroundings.random(&random, duration: duration)
        let extent = Point(x: Double(width) / Double(shorter), y: Double(height) / Double(shorter))
        let cast = Cast.random(&random, surroundings: surroundings)
        var plot = Plot(
            split: split, actors: cast, extent: extent, frameRate: frameRate, frameCount: frameCount,
            surroundings: surroundings, random: random)
        plot.play()
        self.seed = seed
        self.split = split
        actors = plot.actors
        events = plot.events.sorted { ($0.frames.lowerBound, $0.actor) < ($1.frames.lowerBound, $1.actor) }
    }
}

/// Chooses the things of a scene.
enum Cast {
    static func random(
        _ random: inout WorldRandom, surroundings: Surroundings
    ) -> [Actor] {
        let count = random.integer(3...5)
        let colours = Colour.allCases.filter { isVisible($0, in: surroundings) }
        var things: [Thing] = []
        while things.count < count {
            let shape = random.pick(Shape.allCases)
            // Some things share a shape or a colour, so that one word alone does not tell them apart.
            let shared = things.isEmpty || !random.chance(0.3) ? nil : random.pick(things)
            let likeness = random.chance(0.5)
            let thing = Thing(
                shape: likeness ? shared?.shape ?? shape : shape,
                colour: likeness ? random.pick(colours) : shared?.colour ?? random.pick(colours),
                texture: random.chance(0.55) ? .plain : random.pick([.striped, .dotted, .checked]),
                size: random.pick(Size.allCases))
            let isNew = !things.contains { $0.shape == thing.shape && $0.colour == thing.colour }
            if isNew { things.append(thing) }
        }
        return things.map {
            Actor($0, first: Anchor(place: Point(x: 0, y: 0), colour: $0.colour), sway: random.uniform(0, 2 * .pi))
        }
    }

    /// Whether a colour stands out from the background.
    static func isVisible(_ colour: Colour, in surroundings: Surroundings) -> Bool {
        [surroundings.upper, surroundings.lower].allSatisfy { $0.distance(colour.rgb) > 0.38 }
    }
}
