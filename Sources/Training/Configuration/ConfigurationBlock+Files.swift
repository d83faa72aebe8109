import Foundation

extension ConfigurationBlock {
    /// Reads a block that is a YAML file of its own, with the checks of every configuration: an unknown key or a value of
    /// another type is an error with its line.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - assignments: As in `optimisation.epochs=5`; dotted key, YAML value.
    ///   - problems: What makes a value unusable, each with its key.
    /// - Throws: ``ConfigurationFileError`` with every problem's line.
    public static func read(
        _ url: URL, setting assignments: [String] = [],
        problems: (Self) -> [(path: [String], reason: String)] = { _ in [] }
    ) throws(ConfigurationFileError) -> Self {
        var document = try ConfigurationDocument(contentsOf: url)
        for assignment in assignments { try document.set(assignment) }
        let block = try ConfigurationDecoder.decode(Self.self, from: document)
        let found = problems(block).map { path, reason in
            ConfigurationFileError.Problem(
                place: document.place(of: path), key: path.joined(separator: "."), reason: reason)
        }
        if !found.isEmpty { throw ConfigurationFileError(found) }
        return block
    }
}
