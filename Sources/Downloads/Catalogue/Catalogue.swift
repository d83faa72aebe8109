import Foundation

/// Everything that `moments download` knows by name.
///
/// Addresses are those of the authors, or of the repository that a field takes its files from. A hash stands here only
/// where it was published with the file (OpenAI's addresses contain it) or computed from the file at the commit that the
/// address names. Where neither could be had, there is none, and the user decides (``HashPolicy``).
public enum Catalogue {
    /// All items, in the order in which they are listed.
    public static let items = encoders + dataSets

    /// The item of a name.
    ///
    /// - Throws: ``DownloadError/unknownItem(name:known:)``.
    public static func item(named name: String) throws(DownloadError) -> CatalogueItem {
        guard let item = items.first(where: { $0.name == name.lowercased() }) else {
            throw .unknownItem(name: name, known: items.map(\.name))
        }
        return item
    }

    /// An address of the tables; they are constants, and a test reads them all.
    static func address(_ text: String) -> URL {
        guard let url = URL(string: text) else { preconditionFailure("no address: \(text)") }
        return url
    }
}
