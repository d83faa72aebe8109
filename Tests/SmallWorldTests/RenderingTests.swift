import Annotations
import Foundation
import Media
import Testing

@testable import SmallWorld

@Suite struct RenderingTests {
    @Test func framesAreAFunctionOfTheTime() {
        let scene = SceneTests.train[1]
        let renderer = SceneRenderer(scene)
        let first = renderer.frame(at: 3)
        let other = renderer.frame(at: 9.5)
        #expect(first != other)
        #expect(renderer.frame(at: 3) == first)
        #expect(SceneRenderer(scene).frame(at: 3) == first)
        #expect(first.width == scene.width && first.height == scene.height)
    }

    @Test func squareIsTheMiddle() {
        let frame = SceneRenderer(SceneTests.train[2], square: 96).frame(at: 1)
        #expect(frame.width == 96 && frame.height == 96)
    }

    @Test func aCastIsDrawnWithoutTheOthers() throws {
        let scene = try #require(SceneTests.train.first { $0.actors.count > 2 })
        let all = Set(scene.actors.indices)
        func frame(_ cast: Set<Int>?, at time: Double) -> Frame {
            SceneRenderer(scene, square: 48, cast: cast).frame(at: time)
        }
        let time = scene.duration / 2
        #expect(frame(all, at: time) == frame(nil, at: time))
        let seen = try #require(all.first { scene.visibility(of: $0, at: time) > 0.9 })
        #expect(frame([seen], at: time) != frame([], at: time))
        #expect(frame(all.subtracting([seen]), at: time) != frame(nil, at: time))
    }

    @Test func whatOthersDoDoesNotCountForACast() throws {
        var others = 0
        for scene in SceneTests.train.prefix(10) {
            let event = try #require(scene.events.first)
            let whole = scene.clip(from: 0, length: scene.duration)
            let own = scene.clip(from: 0, length: scene.duration, cast: event.cast)
            #expect(own.events == whole.events.filter { $0.cast.isSubset(of: event.cast) })
            #expect(own.events.contains(event))
            others += whole.events.count - own.events.count
        }
        #expect(others > 0)
    }

    @Test func placesHaveTheLabelsOfTheThingsThere() throws {
        let width = ActionClip.labels.count
        var checked = 0
        for scene in SceneTests.train.prefix(10) {
            let event = try #require(scene.events.first)
            let span = scene.span(of: event)
            let times = [span.start + 0.1, (span.start + span.end) / 2]
            let clip = scene.clip(from: span.start, length: 2)
            // One place sees all that four times four see.
            let whole = scene.placeLabels(of: clip, at: times, side: 1)
            let parts = scene.placeLabels(of: clip, at: times, side: 4)
            #expect(parts.count == 16 * width)
            for label in 0..<width {
                #expect(whole[label] == (0..<16).contains { parts[$0 * width + label] })
            }
            // What an actor is and does is seen nowhere without it.
            let actor = event.actor
            let names = zip(ActionClip.labels, scene.placeLabels(of: clip, at: times, side: 1, cast: [actor]))
                .filter(\.1).map(\.0)
            if times.contains(where: { scene.visibility(of: actor, at: $0) > 0.9 }) {
                #expect(names.contains(event.action.rawValue))
                #expect(names.contains(scene.actors[actor].thing.shape.rawValue))
                checked += 1
            }
            #expect(!scene.placeLabels(of: clip, at: times, side: 4, cast: []).contains(true))
        }
        #expect(checked > 3)
    }

    /// Where a plain thing is, its colour is; but for the light.
    @Test func thingsAreDrawnWhereTheSceneSays() throws {
        var checked = 0
        for scene in SceneTests.train {
            let renderer = SceneRenderer(scene, square: 128)
            for time in stride(from: 1.0, to: scene.duration, by: 10) {
                let surroundings = scene.surroundings
                guard abs(surroundings.brightness(at: time)) < 0.1, surroundings.spot == 0, surroundings.grain < 0.3
                else { continue }
                var frame: Frame?
                for (index, actor) in scene.actors.enumerated() {
                    guard let pose = actor.pose(at: time), scene.visibility(of: index, at: time) > 0.99,
                        actor.thing.texture == .plain, ![.ring, .moon].contains(actor.thing.shape)
                    else { continue }
                    let picture = frame ?? renderer.frame(at: time)
                    frame = picture
                    let spot = pose.place - surroundings.camera(at: time)
                    let (x, y) = (Int((spot.x + 1) * 64), Int((spot.y + 1) * 64))
                    guard (0..<128).contains(x), (0..<128).contains(y) else { continue }
                    let bytes = picture.pixels[(3 * (y * 128 + x))...].prefix(3).map { Double($0) / 255 }
                    #expect(RGB(bytes[0], bytes[1], bytes[2]).distance(pose.colour) < 0.25)
                    checked += 1
                }
            }
        }
        #expect(checked > 20)
    }
}

@Suite struct WorldWriterTests {
    /// The smallest of some scenes, so that drawing takes no time.
    private static let small = (0..<60).map { World(seed: UInt64($0)) }.min { first, second in
        let (a, b) = (first.scene(.train, 0), second.scene(.train, 0))
        return a.frameCount * a.width * a.height < b.frameCount * b.width * b.height
    }!

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func filesDecodeWithThePromisedFrames() throws {
        try withFolder { folder in
            let writer = WorldWriter(Self.small, to: folder, splits: [.train], videos: 1)
            let summary = try writer.write()
            #expect(summary.made == 1 && summary.present == 0)
            let scene = Self.small.scene(.train, 0)
            let reader = try VideoReader(writer.video(.train, 0))
            #expect(reader.info.codec == "h264")
            #expect(reader.info.width == scene.width && reader.info.height == scene.height)
            #expect(abs((reader.info.frameRate ?? 0) - Double(scene.frameRate)) < 0.01)
            var times: [Double] = []
            var worst = 0.0
            let renderer = SceneRenderer(scene)
            let report = try reader.read([FrameRequest(.pictures(from: 0, until: 1000))]) { _, index, time, frame in
                times.append(time)
                guard index % 60 == 0 else { return }
                let original = renderer.frame(at: Double(index) / Double(scene.frameRate))
                let difference = zip(frame.pixels, original.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                worst = max(worst, Double(difference) / Double(frame.pixels.count))
            }
            #expect(times.count == scene.frameCount)
            #expect(abs(report.duration - scene.duration) < 0.1)
            #expect(worst < 6)
            let annotations = try AnnotationSet(contentsOf: folder.appendingPathComponent("train.jsonl"))
            #expect(annotations.count == summary.sentences)
            #expect(annotations.allSatisfy { $0.vid == Self.small.name(.train, 0) })

            // What is there is not made again.
            let again = try writer.write()
            #expect(again.made == 0 && again.present == 1 && again.frames == 0)
        }
    }

    @Test func anInterruptedCallLeavesNoHalfFile() throws {
        try withFolder { folder in
            let writer = WorldWriter(Self.small, to: folder, splits: [.train], videos: 2, threads: 1)
            #expect(throws: WorldError.interrupted(folder: folder.path, done: 0, total: 2)) {
                _ = try writer.write { _ in false }
            }
            let videos = folder.appendingPathComponent("videos")
            let left = try FileManager.default.contentsOfDirectory(atPath: videos.path)
            #expect(left.isEmpty)
        }
    }

    @Test func anotherSeedIsRefused() throws {
        try withFolder { folder in
            _ = try? WorldWriter(World(seed: 1), to: folder, splits: [.val], videos: 1).write { _ in false }
            #expect(throws: WorldError.otherSeed(folder: folder.path, found: 1, wanted: 2)) {
                _ = try WorldWriter(World(seed: 2), to: folder, splits: [.val], videos: 1).write()
            }
        }
    }

    @Test func aWorldThatAnotherVersionDrewIsRefused() throws {
        try withFolder { folder in
            let writer = WorldWriter(World(seed: 1), to: folder, splits: [.val], videos: 1)
            _ = try? writer.write { _ in false }
            let note = folder.appendingPathComponent("world.json")
            let mark = "\"edition\":\(World.edition)"
            let known = try String(contentsOf: note, encoding: .utf8)
            #expect(known.contains(mark))
            for other in ["\"edition\":1", "\"videos\":1"] {
                try Data(known.replacingOccurrences(of: mark, with: other).utf8).write(to: note)
                #expect(throws: WorldError.otherEdition(folder: folder.path)) { _ = try writer.write() }
            }
        }
    }

    @Test func aVideoDoesNotDependOnTheNumberOfVideos() {
        let world = World(seed: 9)
        #expect(world.scene(.test, 3) == World(seed: 9).scene(.test, 3))
        #expect(world.scene(.test, 3) != world.scene(.test, 4))
        #expect(world.scene(.test, 3).actors != world.scene(.val, 3).actors)
        #expect(world.scene(.test, 3).actors != World(seed: 10).scene(.test, 3).actors)
    }
}
