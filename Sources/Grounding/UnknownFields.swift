extension CodingKey where Self: CaseIterable {
    /// Throws `DecodingError` for fields that a configuration does not have; it names them and those that there are.
    static func refuseUnknownFields(_ decoder: any Decoder, of model: String) throws {
        let known = allCases.map(\.stringValue)
        let found = try decoder.container(keyedBy: AnyField.self).allKeys.map(\.stringValue)
        let unknown = found.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(model) has no field \(unknown.joined(separator: ", ")); "
                        + "its fields are \(known.joined(separator: ", "))"))
        }
    }
}

/// Any name at all, to see the fields that are there.
private struct AnyField: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
