import Foundation

/// Where one kind of features lies: a folder with a file a video (or query), or one file with an array for each.
///
///     FeatureSource("features/clip_features")                          // {vid}.npz, .npy, .safetensors, .h5
///     FeatureSource("features/clip_text_features")                     // as text: qid{qid}.npz, …
///     FeatureSource("vgg.h5", pattern: "{vid}.mp4")                    // one data set a video
///     FeatureSource(single: "my_video.npz")                            // the file of just one video
public struct FeatureSource: Codable, Hashable, Sendable {
    /// The folder, or the file.
    public var path: String
    /// What the features are called in recipes; the last part of the path if nil.
    public var name: String?
    /// The file's name in the folder, or the array's in the file, with `{vid}` and `{qid}` as placeholders.
    ///
    /// Without one: `{vid}` for videos, `qid{qid}` for sentences. A file name without a known extension is
    /// tried with each: `npz`, `npy`, `safetensors`, `h5`, `hdf5`.
    public var pattern: String?
    /// The array to take from a file in a folder; `features` (video), `last_hidden_state` (text) or the only one if nil.
    public var array: String?
    /// Whether the path is a file as they lie in folders: it holds one video or sentence, whatever its name.
    public var isSingle = false

    /// Describes a source; nothing is opened.
    public init(_ path: String, name: String? = nil, pattern: String? = nil, array: String? = nil) {
        self.path = path
        self.name = name
        self.pattern = pattern
        self.array = array
    }

    /// Describes the file of one video or sentence; nothing is opened.
    public init(single path: String, name: String? = nil, array: String? = nil) {
        self.init(path, name: name, array: array)
        isSingle = true
    }

    /// Reads a description; everything but `path` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        path = try container.decode(String.self, forKey: .path)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        pattern = try container.decodeIfPresent(String.self, forKey: .pattern)
        array = try container.decodeIfPresent(String.self, forKey: .array)
        isSingle = try container.decodeIfPresent(Bool.self, forKey: .isSingle) ?? false
    }

    /// ``name``, or the last part of the path without its extension.
    public var title: String {
        name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }
}

/// A name with `{vid}` and `{qid}` in it.
///
/// Everything else is taken as it stands, so videos may be called anything: `-x_y`, `{qid}`, `a.b`.
struct NamePattern: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case video
        case query
    }
    private let pieces: [Piece]

    /// Nil where there is no placeholder, or one that nobody knows.
    init?(_ pattern: String) {
        var pieces: [Piece] = []
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            switch rest[rest.index(after: open)..<close] {
            case "vid": pieces.append(.video)
            case "qid": pieces.append(.query)
            default: return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        guard !pieces.isEmpty else { return nil }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    func name(video: String, query: String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .video: video
            case .query: query
            }
        }.joined()
    }
}
