/// A field of a configuration with a value that cannot be.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field's name, as it stands in the configuration.
    public let field: String
    /// The value that it has.
    public let value: String
    /// What the field asks for.
    public let expectation: String

    /// Makes an error.
    public init(field: String, value: String, expectation: String) {
        self.field = field
        self.value = value
        self.expectation = expectation
    }

    /// `heads is 3: it must divide hiddenSize, which is 256`.
    public var description: String { "\(field) is \(value): \(expectation)" }
}

// The checks that the configurations of all models are made of.
extension ConfigurationError {
    /// Throws unless the condition holds.
    static func require<Value>(
        _ holds: Bool, _ field: String, _ value: Value, _ expectation: String
    ) throws(ConfigurationError) {
        guard holds else { throw ConfigurationError(field: field, value: "\(value)", expectation: expectation) }
    }

    /// A size or a count: at least 1, and no more than any model has. A file may ask for any number, and layers are made one
    /// after another.
    static func positive(_ field: String, _ value: Int) throws(ConfigurationError) {
        let most = field.hasSuffix("ayers") ? 256 : 1 << 15
        try require((1...most).contains(value), field, value, "it must be from 1 to \(most)")
    }

    /// A number greater than 0.
    static func positive(_ field: String, _ value: Double) throws(ConfigurationError) {
        try require(value > 0 && value.isFinite, field, value, "it must be greater than 0 and finite")
    }

    /// A weight or a cost.
    static func atLeastZero(_ field: String, _ value: Double) throws(ConfigurationError) {
        try require(value >= 0 && value.isFinite, field, value, "it must be at least 0 and finite")
    }

    /// A share of elements or samples that are dropped.
    static func rate(_ field: String, _ value: Double) throws(ConfigurationError) {
        try require(value >= 0 && value < 1, field, value, "a rate lies in [0, 1)")
    }

    /// A hidden size with its heads.
    static func width(_ hiddenSize: Int, heads: Int) throws(ConfigurationError) {
        try positive("hiddenSize", hiddenSize)
        try require(hiddenSize % 2 == 0, "hiddenSize", hiddenSize, "sine positions need an even size")
        try positive("heads", heads)
        try require(hiddenSize % heads == 0, "heads", heads, "it must divide hiddenSize, which is \(hiddenSize)")
    }

    /// An IoU above which moments are dropped.
    static func overlap(_ field: String, _ value: Double) throws(ConfigurationError) {
        try require(value >= 0 && value <= 1, field, value, "an IoU lies in [0, 1]")
    }
}
