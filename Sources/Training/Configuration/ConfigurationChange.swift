import Foundation

/// A field that two configurations have different values for.
public struct ConfigurationChange: Hashable, Sendable, CustomStringConvertible {
    /// What a change means for a run that goes on.
    public enum Weight: Sendable {
        /// The run stays the same run.
        case harmless
        /// The run stays the same run, but for the last bits of its numbers.
        case rounding
        /// It would be another run.
        case breaking
    }

    /// The dotted key.
    public let key: String
    /// The value that the run was begun with.
    public let old: String
    /// The value that is asked for.
    public let new: String
    /// What it means.
    public let weight: Weight

    /// `optimisation.batchSize: was 32, now 16`.
    public var description: String { "\(key): was \(old), now \(new)" }
}

extension TrainingConfiguration {
    /// What differs from the configuration that a run was begun with.
    public func changes(since old: TrainingConfiguration) -> [ConfigurationChange] {
        let before = old.leaves
        let after = leaves
        return Set(before.keys).union(after.keys).sorted().compactMap { key in
            guard before[key] != after[key] else { return nil }
            return ConfigurationChange(
                key: key, old: before[key] ?? "not set", new: after[key] ?? "not set",
                weight: weight(of: key))
        }
    }

    private func weight(of key: String) -> ConfigurationChange.Weight {
        switch key {
        // The end of a cosine moves with the number of epochs.
        case "optimisation.epochs": optimisation.schedule == .cosine ? .breaking : .harmless
        case "name", "output.directory", "output.checkpointSteps", "evaluation.patience", "data.test", "data.check":
            .harmless
        case "threads", "device": .rounding
        default: .breaking
        }
    }

    /// Every value by its dotted key.
    private var leaves: [String: String] {
        guard let data = try? JSONEncoder.exact.encode(self),
            let tree = try? JSONDecoder().decode(Leaf.self, from: data)
        else { return [:] }
        return tree.flattened
    }
}

/// A JSON value, to compare configurations whatever their types are.
private indirect enum Leaf: Decodable {
    case value(String)
    case list([Leaf])
    case members([String: Leaf])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let members = try? container.decode([String: Leaf].self) {
            self = .members(members)
        } else if let list = try? container.decode([Leaf].self) {
            self = .list(list)
        } else if let flag = try? container.decode(Bool.self) {
            self = .value("\(flag)")
        } else if let number = try? container.decode(UInt64.self) {
            self = .value("\(number)")
        } else if let number = try? container.decode(Double.self) {
            self = .value("\(number)")
        } else {
            self = .value((try? container.decode(String.self)) ?? "null")
        }
    }

    var flattened: [String: String] {
        switch self {
        case .value(let text): ["": text]
        case .list(let list): ["": "[\(list.map { $0.flattened.values.joined() }.joined(separator: ", "))]"]
        case .members(let members):
            members.reduce(into: [:]) { result, member in
                for (key, value) in member.value.flattened {
                    result[key.isEmpty ? member.key : "\(member.key).\(key)"] = value
                }
            }
        }
    }
}
