import Foundation

/// The models that come with the package: encoders of the small world, and a CDNet that learned from their features.
///
/// They know the drawn things of the small world and nothing else. `docs/small-world.md` has how they were made and what
/// they find.
public enum EmbeddedModels {
    /// What stands for them where a path of weights or of a model is asked for.
    public static let name = "small-world"

    /// SwiftPM lays the files of the package beside the program.
    private static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("Moments_EmbeddedModels.resources/small-world")

    /// CLIP: a folder with weights and vocabulary.
    public static let clip = folder.appendingPathComponent("clip")
    /// SlowFast's weights.
    public static let slowFast = folder.appendingPathComponent("slowfast.safetensors")
    /// CDNet's checkpoint. It reads the features of both.
    public static let cdnet = folder.appendingPathComponent("cdnet.safetensors")
}
