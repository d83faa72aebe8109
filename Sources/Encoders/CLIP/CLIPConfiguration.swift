/// The sizes of a CLIP model: two towers that meet in one space ("Learning Transferable Visual Models From Natural Language
/// Supervision", Radford et al., 2021). Only its vision transformers are known here.
public struct CLIPConfiguration: Codable, Hashable, Sendable {
    /// Numbers of the space in which images and sentences meet.
    public var embeddingSize = 512
    /// Pixels of a square image's side.
    public var imageSize = 224
    /// Pixels of a square patch's side.
    public var patchSize = 32
    /// Width of the image tower.
    public var visionWidth = 768
    /// Layers of the image tower.
    public var visionLayers = 12
    /// Heads of the image tower's attention.
    public var visionHeads = 12
    /// Tokens of a sentence, the start and the end among them.
    public var contextLength = 77
    /// Tokens that there are; the last two are the start and the end of a text.
    public var vocabularySize = 49408
    /// Width of the text tower.
    public var textWidth = 512
    /// Layers of the text tower.
    public var textLayers = 12
    /// Heads of the text tower's attention.
    public var textHeads = 8

    /// ViT-B/32.
    public init() {}

    /// ViT-B/32, the published features' encoder.
    public static let vitB32 = CLIPConfiguration()

    /// ViT-B/16.
    public static let vitB16: CLIPConfiguration = {
        var configuration = CLIPConfiguration()
        configuration.patchSize = 16
        return configuration
    }()

    /// ViT-L/14.
    public static let vitL14: CLIPConfiguration = {
        var configuration = CLIPConfiguration()
        configuration.embeddingSize = 768
        configuration.patchSize = 14
        (configuration.visionWidth, configuration.visionLayers, configuration.visionHeads) = (1024, 24, 16)
        (configuration.textWidth, configuration.textHeads) = (768, 12)
        return configuration
    }()

    /// A few hundred thousand parameters: for tests and for trying things out.
    public static let tiny: CLIPConfiguration = {
        var configuration = CLIPConfiguration()
        configuration.embeddingSize = 64
        (configuration.visionWidth, configuration.visionLayers, configuration.visionHeads) = (64, 2, 4)
        (configuration.textWidth, configuration.textLayers, configuration.textHeads) = (64, 2, 4)
        configuration.vocabularySize = 514
        return configuration
    }()

    /// Patches of an image.
    public var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }

    /// What features made with a model of these sizes are called, such as `clip-vit-b-32`.
    public var name: String {
        switch self {
        case .vitB32: "clip-vit-b-32"
        case .vitB16: "clip-vit-b-16"
        case .vitL14: "clip-vit-l-14"
        default: "clip-vit-\(visionWidth)x\(visionLayers)-\(patchSize)"
        }
    }
}
