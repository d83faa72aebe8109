import Foundation
import Testing

@testable import SmallWorld

@Suite struct SceneTests {
    static let train = (0..<30).map { Scene(seed: UInt64($0), split: .train) }

    @Test func sameSeedGivesTheSameScene() {
        for scene in Self.train.prefix(5) {
            let again = Scene(seed: scene.seed, split: .train)
            #expect(again == scene)
            #expect(again.sentences() == scene.sentences())
        }
        #expect(Set(Self.train.map(\.actors)).count == Self.train.count)
    }

    @Test func sizesRatesAndLengthsVaryWithinTheirLimits() {
        for scene in Self.train {
            #expect((160...256).contains(min(scene.width, scene.height)))
            #expect(scene.width % 2 == 0 && scene.height % 2 == 0)
            #expect((20...30).contains(scene.frameRate))
            #expect((30...150).contains(scene.duration))
            #expect(scene.duration.truncatingRemainder(dividingBy: 2) == 0)
        }
        #expect(Set(Self.train.map(\.frameRate)).count > 3)
        #expect(Set(Self.train.map(\.duration)).count > 10)
    }

    @Test func everyActionHappens() {
        let actions = Set(Self.train.flatMap { $0.events.map(\.action) })
        #expect(actions == Set(Action.allCases))
    }

    @Test func eventsLieWithinTheVideo() {
        for scene in Self.train {
            #expect(!scene.events.isEmpty)
            for event in scene.events {
                #expect(event.frames.lowerBound >= 0 && event.frames.upperBound <= scene.frameCount)
                #expect(event.frames.count >= 2 * scene.frameRate)
                #expect((event.partner != nil) == event.action.needsPartner)
            }
        }
    }

    @Test func nobodyDoesTwoThingsAtOnce() {
        for scene in Self.train {
            for actor in scene.actors.indices {
                let spans = scene.events.filter { $0.actor == actor || $0.partner == actor }.map(\.frames)
                #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
            }
        }
    }

    /// So that who is seen tells something of when.
    @Test func aShotShowsOneToThreeOfTheThings() {
        var present = 0.0
        var all = 0.0
        for scene in Self.train {
            let cuts = Set(scene.actors.flatMap(\.pieces).filter(\.isCut).map(\.start)).sorted()
            #expect(cuts.first == 0)
            for (start, end) in zip(cuts, cuts.dropFirst() + [scene.duration]) {
                #expect(end - start >= 16)
                // Who has entered or left by then.
                let seen = scene.actors.count { actor in
                    [start + 0.1, end - 0.1].contains { actor.pose(at: $0) != nil }
                }
                #expect((1...3).contains(seen))
                present += Double(seen)
                all += Double(scene.actors.count)
            }
        }
        #expect(present < 0.6 * all)
    }

    @Test func motionsHaveNoJumpsButWhereTheyBeginAnew() throws {
        for scene in Self.train.prefix(4) {
            let step = 1 / 60.0
            for actor in scene.actors {
                var last: Pose?
                for index in 0..<Int(scene.duration / step) {
                    let time = Double(index) * step
                    let pose = actor.pose(at: time)
                    let begins = actor.pieces.contains { piece in
                        piece.restarts.contains { (time - 1.01 * step..<time + 0.01 * step).contains($0) }
                    }
                    if let last, let pose, !begins { #expect((pose.place - last.place).length < 0.08) }
                    last = pose
                }
            }
        }
    }
}

extension Actor.Piece {
    /// When it puts the thing to another place at once.
    fileprivate var restarts: [Double] {
        switch motion {
        case .cut: [start]
        case .enter(_, _, let times), .leave(_, let times):
            (0..<times).map { start + (end - start) * Double($0) / Double(times) }
        default: []
        }
    }
}

/// What the scene's state says, against what the events say.
@Suite struct EventTruthTests {
    /// Poses of an event's actor (or partner) over its time.
    private func poses(_ scene: Scene, _ event: Scene.Event, _ actor: Int, samples: Int = 200) -> [Pose?] {
        let (start, end) = scene.span(of: event)
        return (0..<samples).map { index in
            scene.actors[actor].pose(at: start + (end - start) * (Double(index) + 0.5) / Double(samples))
        }
    }

    @Test(arguments: Action.allCases) func theActionIsWhereTheEventSays(_ action: Action) throws {
        var count = 0
        for scene in SceneTests.train {
            for event in scene.events where event.action == action {
                count += 1
                let poses = poses(scene, event, event.actor)
                let (start, end) = scene.span(of: event)
                #expect(poses.allSatisfy { $0 != nil })
                let known = poses.compactMap { $0 }
                let first = try #require(known.first)
                let last = try #require(known.last)
                let heights = known.map(\.place.y)
                switch action {
                case .enter:
                    #expect(scene.actors[event.actor].pose(at: start - 0.01) == nil)
                    #expect(scene.visibility(of: event.actor, at: start + 0.001) == 0)
                    #expect(max(abs(last.place.x), abs(last.place.y)) < 0.7)
                    let side = try #require(event.side)
                    #expect(self.side(of: first.place) == side)
                case .leave:
                    #expect(scene.actors[event.actor].pose(at: end + 0.01) == nil)
                    #expect(scene.visibility(of: event.actor, at: end - 0.001) == 0)
                    let side = try #require(event.side)
                    #expect(self.side(of: last.place) == side)
                case .bounce: #expect(heights.max()! - heights.min()! > 0.25)
                case .spin: #expect(abs(known[0].angle - known[199].angle) > .pi)
                case .grow: #expect(last.scale > 1.5 * first.scale)
                case .shrink: #expect(last.scale < first.scale / 1.5)
                case .blink:
                    #expect(known.contains { $0.opacity < 0.1 } && known.contains { $0.opacity > 0.9 })
                    #expect(first.opacity > 0.8 && last.opacity > 0.8)
                case .circle:
                    let centre = try #require(scene.actors[event.partner!].pose(at: start)).place
                    let quarters = Set(
                        known.map { ($0.place.x > centre.x ? 1 : 0) + ($0.place.y > centre.y ? 2 : 0) })
                    #expect(quarters.count == 4)
                case .hide:
                    let hidden = stride(from: start, to: end, by: 0.25).count {
                        scene.visibility(of: event.actor, at: $0) < 0.35
                    }
                    #expect(Double(hidden) > (end - start))
                    #expect(scene.visibility(of: event.actor, at: start) > 0.35)
                case .collide:
                    let others = self.poses(scene, event, event.partner!).compactMap { $0 }
                    let reach =
                        scene.actors[event.actor].radius * first.scale
                        + scene.actors[event.partner!].radius * others[0].scale
                    let gaps = zip(known, others).map { ($0.place - $1.place).length }
                    #expect(gaps.min()! < reach)
                    #expect(gaps[0] > gaps.min()! + 0.4)
                case .recolour:
                    #expect(first.colour.distance(last.colour) > 0.4)
                    #expect(last.colour.distance(try #require(event.colour).rgb) < 0.02)
                }
            }
        }
        #expect(count > 0)
    }

    private func side(of place: Point) -> Side {
        if abs(place.x) > abs(place.y) { return place.x < 0 ? .left : .right }
        return place.y < 0 ? .top : .bottom
    }
}

@Suite struct WorldSplitTests {
    @Test func trainingNeverShowsWhatIsHeldOut() {
        for seed in 0..<60 {
            let scene = Scene(seed: UInt64(1000 + seed), split: .train)
            #expect(!scene.events.contains(where: scene.isUnseen))
            #expect(scene.sentences().allSatisfy { !$0.isUnseen })
        }
    }

    @Test(arguments: [WorldSplit.val, .test]) func otherSplitsShowOnlyTheirOwn(_ split: WorldSplit) {
        var unseen: Set<String> = []
        var sentences = 0
        var unseenSentences = 0
        for seed in 0..<60 {
            let scene = Scene(seed: UInt64(2000 + seed), split: split)
            for event in scene.events {
                let doers = [event.actor] + (event.action == .collide ? [event.partner!] : [])
                for doer in doers {
                    let shape = scene.actors[doer].thing.shape
                    let home = WorldSplit.heldOut(shape, event.action)
                    #expect(home == nil || home == split)
                    if home != nil { unseen.insert("\(shape) \(event.action)") }
                }
            }
            sentences += scene.sentences().count
            unseenSentences += scene.sentences().count(where: \.isUnseen)
        }
        #expect(unseen.count == Shape.allCases.count)
        #expect((0.1...0.6).contains(Double(unseenSentences) / Double(sentences)))
    }

    @Test func everyShapeAndActionIsSeenInTraining() {
        #expect(Set(WorldSplit.heldOutPairs.keys) == Set(Shape.allCases))
        for action in Action.allCases {
            #expect(Shape.allCases.count { WorldSplit.train.allows($0, action) } >= 5)
        }
        for (shape, pair) in WorldSplit.heldOutPairs {
            #expect(pair.val != pair.test)
            // A pair that cannot be would hold nothing out.
            #expect(WorldSplit.val.allows(shape, pair.val) && WorldSplit.test.allows(shape, pair.test))
        }
    }
}
