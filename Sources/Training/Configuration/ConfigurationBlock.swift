import Foundation
import Yams

/// A part of a configuration. Keys that the user leaves out keep the values of `init()`.
public protocol ConfigurationBlock: Codable, Sendable {
    /// The block with its defaults.
    init()
}

extension ConfigurationBlock {
    /// The defaults as a tree, for the decoder to fall back on.
    static var defaults: Node? {
        // JSON is YAML, and Foundation writes numbers so that they read back to the last bit.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let json = try? encoder.encode(Self()), let text = String(validating: json, as: UTF8.self) else {
            return nil
        }
        return try? Yams.compose(yaml: text)
    }
}
