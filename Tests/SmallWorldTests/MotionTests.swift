import Foundation
import Testing

@testable import SmallWorld

/// What a network that sees two seconds can know: each such piece of an event shows what the thing does.
@Suite struct MotionTests {
    /// What an event's things do in a piece of it.
    private struct Piece {
        let scene: Scene
        let event: Scene.Event
        let times: [Double]

        var poses: [Pose] { poses(event.actor) }
        var actor: Actor { scene.actors[event.actor] }

        func poses(_ actor: Int) -> [Pose] { times.compactMap { scene.actors[actor].pose(at: $0) } }

        /// The way from the partner at each time.
        var ways: [Point] { zip(poses, poses(event.partner ?? event.actor)).map { $0.place - $1.place } }
    }

    /// Pieces of two seconds of all events of an action, with sixteen times a second.
    private func pieces(_ action: Action) -> [Piece] {
        SceneTests.train.flatMap { scene in
            scene.events.filter { $0.action == action }.flatMap { event in
                let (start, end) = scene.span(of: event)
                return stride(from: start, through: end - 2.01, by: 0.7).map { first in
                    Piece(scene: scene, event: event, times: (0..<32).map { first + Double($0) / 16 })
                }
            }
        }
    }

    private func checkAll(_ action: Action, _ check: (Piece) throws -> Void) rethrows {
        let pieces = pieces(action)
        #expect(pieces.count > 20)
        for piece in pieces {
            #expect(piece.poses.count == piece.times.count)
            try check(piece)
        }
    }

    /// The changes from each to the next.
    private func steps(_ values: [Double]) -> [Double] { zip(values, values.dropFirst()).map { $1 - $0 } }

    /// The share of values that are above zero.
    private func rising(_ values: [Double]) -> Double { Double(values.count { $0 > 0 }) / Double(values.count) }

    private func range(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }

    /// How far a place lies beyond the middle, on a side.
    private func depth(_ side: Side, _ place: Point) -> Double {
        switch side {
        case .left: -place.x
        case .right: place.x
        case .top: -place.y
        case .bottom: place.y
        }
    }

    /// How far places come from a side at each step.
    private func inward(_ piece: Piece) throws -> [Double] {
        let side = try #require(piece.event.side)
        return steps(piece.poses.map { -depth(side, $0.place) })
    }

    @Test func whatEntersComesIn() throws {
        try checkAll(.enter) { piece in
            let share = rising(try inward(piece))
            #expect(share > 0.9)
            #expect(piece.times.contains { piece.scene.visibility(of: piece.event.actor, at: $0) > 0.5 })
        }
    }

    @Test func whatLeavesGoesOut() throws {
        try checkAll(.leave) { piece in
            let share = rising(try inward(piece))
            #expect(share < 0.1)
            #expect(piece.times.contains { piece.scene.visibility(of: piece.event.actor, at: $0) > 0.5 })
        }
    }

    @Test func whatBouncesGoesUpAndDown() {
        checkAll(.bounce) { piece in
            let heights = piece.poses.map(\.place.y)
            #expect(range(heights) > 0.25)
            #expect((0.2...0.8).contains(rising(steps(heights))))
            #expect(range(piece.poses.map(\.place.x)) < 0.05)
        }
    }

    @Test func whatSpinsTurnsByHalfATurn() {
        checkAll(.spin) { piece in
            let turns = steps(piece.poses.map(\.angle))
            #expect(abs(turns.reduce(0, +)) > .pi)
            #expect([0, 1].contains(rising(turns)))
            #expect(piece.actor.thing.showsTurning)
        }
    }

    @Test func whatGrowsGrows() {
        checkAll(.grow) { piece in
            let scales = piece.poses.map(\.scale)
            #expect(rising(steps(scales)) > 0.85)
            #expect(scales.max()! > 1.7 * scales.min()!)
        }
    }

    @Test func whatShrinksShrinks() {
        checkAll(.shrink) { piece in
            let scales = piece.poses.map(\.scale)
            #expect(rising(steps(scales)) < 0.15)
            #expect(scales.max()! > 1.7 * scales.min()!)
        }
    }

    @Test func whatBlinksIsThereAndAway() {
        checkAll(.blink) { piece in
            let opacities = piece.poses.map(\.opacity)
            #expect(opacities.contains { $0 < 0.1 } && opacities.contains { $0 > 0.9 })
            #expect(range(piece.poses.map(\.place.x)) < 0.05 && range(piece.poses.map(\.place.y)) < 0.05)
        }
    }

    @Test func whatCirclesGoesHalfRound() {
        checkAll(.circle) { piece in
            let turns = zip(piece.ways, piece.ways.dropFirst()).map { a, b in
                atan2(a.x * b.y - a.y * b.x, a.x * b.x + a.y * b.y)
            }
            #expect(abs(turns.reduce(0, +)) > 1.2 * .pi)
            #expect([0, 1].contains(rising(turns)))
        }
    }

    @Test func whatHidesGoesBehindTheOtherOrComesOut() {
        checkAll(.hide) { piece in
            let distances = piece.ways.map(\.length)
            let partner = piece.scene.actors[piece.event.partner!]
            #expect(distances.min()! < 0.25 * partner.radius)
            #expect(distances.max()! > 0.75 * partner.radius)
            #expect(piece.poses.allSatisfy { $0.opacity == 1 })
        }
    }

    @Test func whatCollidesMeetsAndParts() {
        checkAll(.collide) { piece in
            let partner = piece.poses(piece.event.partner!)
            let reach = zip(piece.poses, partner).map { pose, other in
                pose.scale * piece.actor.radius + other.scale * piece.scene.actors[piece.event.partner!].radius
            }
            let gaps = zip(piece.ways, reach).map { $0.length - $1 }
            #expect(gaps.min()! < 0)
            #expect(range(gaps) > 0.4)
            #expect((0.15...0.85).contains(rising(steps(gaps))))
        }
    }

    @Test func whatChangesColourHasBothAndTheNewOneLater() throws {
        try checkAll(.recolour) { piece in
            let colour = try #require(piece.event.colour).rgb
            let old = piece.actor.anchor(at: piece.scene.span(of: piece.event).start).colour.rgb
            // 0 for the old colour, 1 for the new one.
            let shares = piece.poses.map { 1 - $0.colour.distance(colour) / old.distance(colour) }
            #expect(range(shares) > 0.7)
            #expect(rising(steps(shares).filter { abs($0) > 1e-9 }) > 0.8)
            let seen = Set(piece.times.map { piece.actor.colour(at: $0).rgb })
            #expect(seen == [old, colour])
        }
    }
}
