/// A picture of RGB bytes.
public struct Frame: Hashable, Sendable {
    /// Its size in pixels.
    public let width, height: Int
    /// `height × width × 3` bytes: red, green, blue.
    public let pixels: [UInt8]

    /// Makes a picture of `height × width × 3` bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture of \(width) × \(height)")
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width) × \(height) × 3")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
