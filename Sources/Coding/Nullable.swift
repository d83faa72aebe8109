/// An optional field whose nil is written.
///
/// Without it a nil is left out: a reader takes the field for unknown, or fills in a default that the nil stood against.
///
///     struct Answer: Encodable {
///         @Nullable var threshold: Double?     // {"threshold": null}
///     }
@propertyWrapper
public struct Nullable<Value> {
    /// The value, or nil.
    public var wrappedValue: Value?

    /// A field with its value.
    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
}

extension Nullable: Encodable where Value: Encodable {
    /// Writes the value or an explicit nil.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension Nullable: Decodable where Value: Decodable {
    /// Reads a value or an explicit nil.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }
}

extension Nullable: Equatable where Value: Equatable {}
extension Nullable: Hashable where Value: Hashable {}
extension Nullable: Sendable where Value: Sendable {}
