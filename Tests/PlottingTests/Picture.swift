import Foundation
import Plotting
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A plot's SVG, parsed by Foundation's XML parser, which is strict about well-formedness.
struct Picture {
    struct Node {
        let name: String
        let attributes: [String: String]
        var text = ""

        func number(_ name: String) -> Double? { attributes[name].flatMap(Double.init) }
    }

    /// Every element in document order.
    let nodes: [Node]

    init(_ plot: any Plot, width: Int = 840) throws { try self.init(markup: plot.svg(width: width)) }

    init(markup: String) throws {
        let reader = Reader()
        let parser = XMLParser(data: Data(markup.utf8))
        parser.delegate = reader
        try #require(parser.parse(), "not well-formed: \(String(describing: parser.parserError))")
        nodes = reader.nodes
    }

    func all(_ name: String) -> [Node] { nodes.filter { $0.name == name } }

    /// What the reader sees, without titles and descriptions.
    var texts: [String] { all("text").map(\.text) }

    /// What the pointer shows, the document's own title apart.
    var tooltips: [String] { all("title").dropFirst().map(\.text) }

    /// Every number in attributes that place something.
    var coordinates: [Double] {
        let names = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "r"]
        return nodes.flatMap { node in names.compactMap { node.number($0) } }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var nodes: [Node] = []
        private var open: [Int] = []

        func parser(
            _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String] = [:]
        ) {
            open.append(nodes.count)
            nodes.append(Node(name: elementName, attributes: attributes))
        }

        func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
            open.removeLast()
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            if let last = open.last { nodes[last].text += string }
        }
    }
}
