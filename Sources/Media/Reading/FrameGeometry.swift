/// How pictures are scaled and cropped on their way out of the decoder.
///
/// Scaling is FFmpeg's `scale` filter with its bicubic default, cropping its `crop` filter, so that the bytes are those
/// of the extractors that made the published features. Pictures are turned upright first.
public struct FrameGeometry: Hashable, Sendable {
    /// The shorter side after scaling; the longer one is `int(shorterSide · long / short)`. Nil keeps the display size.
    public let shorterSide: Int?
    /// The side of the square cut out of the middle, from `int((side − crop) / 2)` on; nil keeps all.
    public let crop: Int?

    /// Scales and crops as said.
    public init(shorterSide: Int? = nil, crop: Int? = nil) {
        precondition(shorterSide.map { $0 > 0 } ?? true, "a shorter side of \(shorterSide ?? 0)")
        precondition(crop.map { $0 > 0 } ?? true, "a crop of \(crop ?? 0)")
        self.shorterSide = shorterSide
        self.crop = crop
    }

    /// The shorter side 224, and the middle 224 × 224: what CLIP and SlowFast get.
    public static let square224 = FrameGeometry(shorterSide: 224, crop: 224)

    /// The size that pictures of a display size are scaled to.
    func scaled(width: Int, height: Int) -> (width: Int, height: Int) {
        guard let side = shorterSide else { return (width, height) }
        return height >= width
            ? (side, Int(Double(side) * Double(height) / Double(width)))
            : (Int(Double(side) * Double(width) / Double(height)), side)
    }
}
