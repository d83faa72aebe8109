import Downloads
import Foundation

/// What can be downloaded, and what of it is there.
struct CatalogueListing {
    let cache: DownloadCache

    private struct Item: Encodable {
        struct File: Encodable {
            let name, address: String
            let bytes: Int?
            let sha256: String?
        }
        let name, purpose, licence, folder: String
        let cached: Bool
        let files: [File]
    }

    func text(json: Bool) -> String {
        Catalogue.items.map { json ? Self.line(description(of: $0)) : paragraph(on: $0) }
            .joined(separator: json ? "\n" : "\n\n")
    }

    private func paragraph(on item: CatalogueItem) -> String {
        var facts: [String] = []
        if let size = item.byteCount { facts.append(DownloadProgress.size(size)) }
        if item.files.contains(where: { $0.sha256 == nil }) { facts.append("unpinned: no SHA-256 is published") }
        if cache.holds(item) { facts.append("there already") }
        return """
            \(item.name)\(facts.isEmpty ? "" : "  (\(facts.joined(separator: "; ")))")
                \(item.purpose)
                terms: \(item.licence)
                \(item.files.map { "\($0.name)  \($0.address)" }.joined(separator: "\n    "))
            """
    }

    private func description(of item: CatalogueItem) -> Item {
        Item(
            name: item.name, purpose: item.purpose, licence: item.licence, folder: cache.folder(of: item).path,
            cached: cache.holds(item),
            files: item.files.map {
                .init(name: $0.name, address: $0.address.absoluteString, bytes: $0.byteCount, sha256: $0.sha256)
            })
    }

    /// One line of JSON.
    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(value)) ?? Data(), as: UTF8.self)
    }
}
