/// The sizes of a CLIP model: two towers that meet in one space (Radford et al., 2021).
public struct CLIPConfiguration: Codable, Hashable, Sendable {
    /// Numbers of the space in which images and sentences meet.
    public var embeddingSize = 512

    /// ViT-B/32.
    public init() {}
}
