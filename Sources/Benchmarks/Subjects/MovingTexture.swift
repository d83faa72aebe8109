import Foundation
import Media

/// A video of waves that move, with a cut now and then: harder to compress than a cartoon, easier than noise.
struct MovingTexture {
    let width: Int
    let height: Int
    /// Pictures from one cut to the next.
    var cut = 130
    /// Pictures a second.
    var rate = 30

    /// Writes so many seconds. Throws `MediaError`.
    func write(to url: URL, seconds: Int) throws {
        let writer = try VideoWriter(
            url, width: width, height: height, settings: VideoSettings(frameRate: Double(rate)))
        // A wave longer than a picture, made once for each scene; pictures are pieces of it.
        var texture: [UInt8] = []
        for index in 0..<(rate * seconds) {
            if index % cut == 0 { texture = wave(scene: index / cut) }
            let shift = 3 * (index % cut % 64)
            var pixels = [UInt8]()
            pixels.reserveCapacity(3 * width * height)
            for y in 0..<height {
                let start = 3 * (((y + shift / 3) % height) * (width + 64) + shift / 3)
                pixels.append(contentsOf: texture[start..<(start + 3 * width)])
            }
            try writer.add(Frame(width: width, height: height, pixels: pixels))
        }
        try writer.finish()
    }

    /// height × (width + 64) pixels of crossing waves, each scene's its own.
    private func wave(scene: Int) -> [UInt8] {
        let (a, b) = (0.02 + 0.013 * Double(scene % 7), 0.05 + 0.011 * Double(scene % 5))
        let across = (0..<(width + 64)).map { 60 * sin(a * Double($0)) + 20 * sin(0.9 * Double($0) + Double(scene)) }
        let down = (0..<height).map { 40 * cos(b * Double($0)) }
        var pixels = [UInt8]()
        pixels.reserveCapacity(3 * height * (width + 64))
        for y in 0..<height {
            for x in across.indices {
                let grain = Double((x &* 7919 &+ y &* 104_729 &+ scene &* 31) % 23)
                let grey = 120 + across[x] + down[y] + grain
                for channel in 0..<3 { pixels.append(UInt8(min(max(grey + Double(12 * channel), 0), 255))) }
            }
        }
        return pixels
    }
}
