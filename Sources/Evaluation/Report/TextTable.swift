/// Rows of text in aligned columns: the first to the left, the others to the right.
struct TextTable {
    private var rows: [[String]]

    init(header: [String]) {
        rows = [header]
    }

    mutating func append(_ row: [String]) {
        rows.append(row)
    }

    /// The rows, two blanks between columns; all but the header are indented by two.
    var text: String {
        let indented = rows.enumerated().map { index, row in
            [(index == 0 ? "" : "  ") + row[0]] + row.dropFirst()
        }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            indented.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
        }
        let lines = indented.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            .joined(separator: "  ")
        }
        return lines.joined(separator: "\n")
    }
}
