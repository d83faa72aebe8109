import Foundation

/// The arrays of a file do not go with the parameters of a model.
public struct StateMismatch: Error, Hashable, Sendable {
    /// An array that does not fit into the parameter of its name.
    public struct Misfit: Hashable, Sendable {
        /// The parameter's name.
        public let name: String
        /// Type and shape in the file, such as `float32 75×512`.
        public let found: String
        /// Type and shape of the parameter.
        public let expected: String
    }

    /// Where the arrays come from: a file's path.
    public let source: String
    /// Parameters and buffers that the file does not have, in the model's order.
    public let missing: [String]
    /// Arrays that the model has no place for, in the file's order.
    public let unexpected: [String]
    /// Arrays of another shape, or with fractions where the model wants whole numbers.
    public let misshapen: [Misfit]
}

extension StateMismatch: CustomStringConvertible, LocalizedError {
    /// All that is wrong, in one text; of long lists the beginning.
    public var description: String {
        var lines = ["\(source) does not fit the model."]
        lines += list("Missing from the file", missing)
        lines += list("Not part of the model", unexpected)
        lines += list("Of another shape", misshapen.map { "\($0.name) (\($0.found), expected \($0.expected))" })
        lines.append("Check that the file was written by a model of the same kind and configuration.")
        return lines.joined(separator: "\n")
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    private func list(_ title: String, _ names: [String]) -> [String] {
        if names.isEmpty { return [] }
        let shown = names.prefix(20).joined(separator: ", ")
        return ["\(title) (\(names.count)): \(shown)\(names.count > 20 ? ", …" : "")"]
    }
}
