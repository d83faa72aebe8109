import Grounding

extension CDNetConfiguration: ModelSettings {
    /// `cdnet`.
    public static var modelName: String { "cdnet" }

    /// The paper's choices; the widths 0 stand for those of the features.
    public init() { self.init(videoWidth: 0, textWidth: 0) }
}
