/// Why a piece of JSON could not be read, and where.
struct JSONError: Error, Hashable, Sendable {
    /// What was found or missing, as an end of the sentence "column 17: …".
    var reason: String
    /// The offset of the offending byte from the start of the text.
    var offset: Int
}
