import CFFmpeg

/// Hands the frames that the requests want to the caller: each once its successor's start is known.
struct Delivery {
    /// What receives a frame: the request, the frame's number in it, the picture's time in seconds.
    typealias Body = (Int, Int, Double, Frame) throws -> Void

    /// A picture that waits for its successor, and the frames already made of it.
    private final class Held {
        let picture: Picture
        let start: Int64
        var frames: [FrameGeometry: Frame] = [:]

        init(_ picture: Picture, start: Int64) {
            self.picture = picture
            self.start = start
        }
    }

    private let requests: [FrameRequest]
    private let input: Input
    private var samplers: [Sampler]
    private var held: [Held?]
    private var scalers: [FrameGeometry: PictureScaler] = [:]

    init(_ requests: [FrameRequest], input: Input) throws(MediaError) {
        self.requests = requests
        self.input = input
        samplers = requests.map { Sampler($0.sampling, base: input.base) }
        held = Array(repeating: nil, count: requests.count)
        let info = VideoInfo(input)
        for geometry in Set(requests.map(\.geometry)) {
            scalers[geometry] = try PictureScaler(
                geometry, size: (info.width, info.height), rotation: info.rotation, flipped: input.info.flipped,
                file: input.file)
        }
    }

    /// Whether no request wants anything more.
    var isDone: Bool { !samplers.isEmpty && samplers.allSatisfy(\.isDone) }

    /// The next picture, which starts at `start`.
    mutating func show(_ picture: Picture, start: Int64, body: Body) throws {
        let next = Held(picture, start: start)
        for index in requests.indices where picture.info.key || !requests[index].wantsKeyFrames {
            let outputs = samplers[index].advance(to: start)
            try deliver(outputs, of: index, body: body)
            held[index] = next
        }
    }

    /// The last picture ends at `end`.
    mutating func finish(at end: Int64, body: Body) throws {
        for index in requests.indices {
            let outputs = samplers[index].finish(at: end)
            try deliver(outputs, of: index, body: body)
            held[index] = nil
        }
    }

    private func deliver(_ outputs: Range<Int>, of index: Int, body: Body) throws {
        guard !outputs.isEmpty, let held = held[index] else { return }
        let geometry = requests[index].geometry
        let frame = try held.frames[geometry] ?? scalers[geometry]!.frame(held.picture)
        held.frames[geometry] = frame
        for output in outputs { try body(index, output, input.seconds(held.start), frame) }
    }
}

extension FrameRequest {
    /// Whether only key frames count.
    var wantsKeyFrames: Bool {
        if case .nearestKeyFrames = sampling { return true }
        return false
    }
}
