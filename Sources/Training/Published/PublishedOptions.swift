import TensorFiles

/// The options that a published checkpoint was trained with: the namespace under `opt`.
struct PublishedOptions {
    private let value: PickleValue?

    init(_ checkpoint: PickleValue?) { value = checkpoint?["opt"] ?? checkpoint?["args"] }

    /// Whether there are any.
    var areThere: Bool { value != nil }

    func integer(_ name: String) -> Int? { value?[name]?.integer }
    func number(_ name: String) -> Double? { value?[name]?.number }
    func flag(_ name: String) -> Bool? { value?[name]?.bool }
    func text(_ name: String) -> String? { value?[name]?.string }

    /// A list of texts, or one text.
    func texts(_ name: String) -> [String] {
        guard let value = value?[name] else { return [] }
        return value.elements?.compactMap(\.string) ?? value.string.map { [$0] } ?? []
    }

    /// Puts options into a model's settings where there are such.
    func set<Settings>(_ settings: inout Settings, _ fields: [(String, WritableKeyPath<Settings, Double>)]) {
        for (name, field) in fields {
            if let value = number(name) { settings[keyPath: field] = value }
        }
    }
}
