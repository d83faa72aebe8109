import Foundation
import Media

/// Videos that the tests make for themselves: every frame tells its own number.
enum MadeVideo {
    /// The number, in base 3, painted as four blocks of grey from left to right on a ground that changes.
    static func frame(_ number: Int, width: Int, height: Int) -> Frame {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let digits = digits(number)
        for y in 0..<height {
            for x in 0..<width {
                let at = (y * width + x) * 3
                let value: UInt8
                if y < height / 2 {
                    value = [20, 128, 235][digits[x * 6 / width]]
                } else {
                    value = UInt8((x * 2 + y + number * 3) % 200 + 20)
                }
                pixels[at] = value
                pixels[at + 1] = value
                pixels[at + 2] = value
            }
        }
        return Frame(width: width, height: height, pixels: pixels)
    }

    private static func digits(_ number: Int) -> [Int] {
        var rest = number
        return (0..<6).map { _ in
            defer { rest /= 3 }
            return rest % 3
        }
    }

    /// Reads the number back (up to 728), whatever the codec did to the greys.
    static func number(of frame: Frame) -> Int {
        (0..<6).reversed().reduce(0) { total, block in
            let x = (2 * block + 1) * frame.width / 12
            let value = frame.pixels[(frame.height / 4 * frame.width + x) * 3]
            return total * 3 + (value < 74 ? 0 : value < 182 ? 1 : 2)
        }
    }

    /// Writes frames 0, 1, 2, … at the settings' rate, or at the given times.
    static func write(
        _ url: URL, count: Int, width: Int = 96, height: Int = 64, settings: VideoSettings = VideoSettings(),
        times: [Double]? = nil
    ) throws {
        let writer = try VideoWriter(url, width: width, height: height, settings: settings)
        for number in 0..<count {
            try writer.add(frame(number, width: width, height: height), at: times?[number])
        }
        try writer.finish()
    }
}
