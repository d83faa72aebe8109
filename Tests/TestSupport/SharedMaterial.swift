import Foundation

/// The optional material beside the checkout: real annotations, golden numbers.
///
/// Tests that need it are skipped where it is missing; see `MOMENTS_SHARED` and `MOMENTS_GOLDENS`.
public enum SharedMaterial {
    /// The repository's root folder.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `MOMENTS_SHARED`, or `../shared` beside the checkout; nil where neither exists.
    public static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["MOMENTS_SHARED"].map { URL(fileURLWithPath: $0) }
        let candidate = named ?? packageRoot.deletingLastPathComponent().appendingPathComponent("shared")
        return FileManager.default.fileExists(atPath: candidate.path) ? candidate : nil
    }()

    /// Real annotations and predictions; nil where the material is missing.
    public static let data: URL? = root?.appendingPathComponent("data")

    /// Every folder that holds golden cases: `MOMENTS_GOLDENS` (colon-separated) and `shared/goldens`.
    public static let goldenRoots: [URL] = {
        var roots: [URL] = []
        if let named = ProcessInfo.processInfo.environment["MOMENTS_GOLDENS"] {
            roots += named.split(separator: ":").map { URL(fileURLWithPath: String($0)) }
        }
        if let shared = root?.appendingPathComponent("goldens"), FileManager.default.fileExists(atPath: shared.path) {
            roots.append(shared)
        }
        return roots
    }()

    /// The case folders of one kind, wherever they lie below a golden root.
    ///
    /// A case is a folder with a `config.json`. Its kind is read off its own name, or its parent's:
    /// `transformer`, `transformer_2` and `transformer/seed-7` are all of the kind `transformer`.
    public static func goldenCases(_ kind: String) -> [URL] {
        goldenRoots.flatMap { root in
            caseFolders(below: root, depth: 3).filter { folder in
                let below = folder.pathComponents.dropFirst(root.pathComponents.count).reversed()
                return below.lazy.compactMap(self.kind(ofName:)).first == kind
            }
        }
    }

    private static let kinds = [
        "adamw_steps", "clip", "clip_preprocess", "clip_tokenizer", "dat_1d", "dataset", "losses", "metrics",
        "moment_detr", "npz", "qd_detr", "slowfast", "torch_checkpoints", "transformer", "umt", "univtg",
        "vltvg_verification",
    ]

    private static func kind(ofName name: String) -> String? {
        kinds.filter { name == $0 || name.hasPrefix($0 + "_") || name.hasPrefix($0 + "-") }.max { $0.count < $1.count }
    }

    private static func caseFolders(below folder: URL, depth: Int) -> [URL] {
        let files = FileManager.default
        guard depth >= 0 else { return [] }
        if files.fileExists(atPath: folder.appendingPathComponent("config.json").path) { return [folder] }
        let names = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().flatMap { caseFolders(below: folder.appendingPathComponent($0), depth: depth - 1) }
    }
}
