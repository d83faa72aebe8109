import Foundation

/// Figures by name, in the order in which a table shows them.
public struct Scores: Hashable, Sendable, Codable {
    /// One figure.
    public struct Entry: Hashable, Sendable, Codable {
        /// Its name, such as `MR-full-mAP`.
        public let name: String
        /// Its value, in percent where it is a share.
        public let value: Double
    }

    /// The figures.
    public private(set) var entries: [Entry] = []

    /// No figures.
    public init() {}

    /// Figures in an order.
    public init(_ entries: [(name: String, value: Double)]) {
        self.entries = entries.map { Entry(name: $0.name, value: $0.value) }
    }

    /// The figure of a name.
    public subscript(_ name: String) -> Double? { entries.first { $0.name == name }?.value }

    /// All names.
    public var names: [String] { entries.map(\.name) }
    /// Whether there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// A JSON object in the figures' order; a figure that is not finite is null.
    public var json: String {
        let members = entries.map { "\(JSONText.quoted($0.name)):\($0.value.isFinite ? "\($0.value)" : "null")" }
        return "{\(members.joined(separator: ","))}"
    }
}

/// Texts as JSON writes them.
enum JSONText {
    static func quoted(_ text: String) -> String {
        guard let data = try? JSONEncoder.exact.encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
