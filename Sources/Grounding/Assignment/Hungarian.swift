/// The cost of giving each row to each column.
public struct CostMatrix: Hashable, Sendable {
    /// Count of rows.
    public let rows: Int
    /// Count of columns.
    public let columns: Int
    /// Row by row. +∞ forbids a pair.
    public let values: [Double]

    /// Makes a matrix of numbers that lie row by row.
    public init(rows: Int, columns: Int, values: [Double]) {
        precondition(values.count == rows * columns, "\(values.count) costs do not fill \(rows)×\(columns)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Makes a matrix of rows of the same length.
    public init(_ rows: [[Double]]) {
        self.init(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
    }

    /// The cost of a pair.
    public subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

    var transposed: CostMatrix {
        var result: [Double] = []
        result.reserveCapacity(values.count)
        for column in 0..<columns {
            for row in 0..<rows { result.append(values[row * columns + column]) }
        }
        return CostMatrix(rows: columns, columns: rows, values: result)
    }
}

/// Why costs have no best assignment.
public enum AssignmentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A cost is NaN or −∞.
    case invalidCost(row: Int, column: Int, cost: Double)
    /// Forbidden pairs leave no complete assignment.
    case infeasible(rows: Int, columns: Int)

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .invalidCost(let row, let column, let cost):
            "the cost at row \(row), column \(column) is \(cost); costs must be finite, or +inf to forbid a pair"
        case .infeasible(let rows, let columns):
            "no complete assignment of \(rows)×\(columns) avoids the forbidden pairs; allow more of them"
        }
    }
}

/// Gives each row a column of its own, or each column a row where there are fewer of them, at the least total cost.
///
/// Shortest augmenting paths (Jonker and Volgenant, 1987; for rectangles Crouse, 2016): O(n²m) for n ≤ m.
///
/// - Returns: min(rows, columns) pairs, rows ascending.
/// - Throws: ``AssignmentError`` for NaN, −∞, or too many forbidden pairs.
public func hungarian(_ cost: CostMatrix) throws(AssignmentError) -> [(row: Int, column: Int)] {
    if let bad = cost.values.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
        let (row, column) = bad.quotientAndRemainder(dividingBy: cost.columns)
        throw AssignmentError.invalidCost(row: row, column: column, cost: cost.values[bad])
    }
    let tall = cost.rows > cost.columns
    var paths = ShortestAugmentingPaths(tall ? cost.transposed : cost)
    guard let columns = paths.solve() else {
        throw AssignmentError.infeasible(rows: cost.rows, columns: cost.columns)
    }
    guard tall else { return columns.enumerated().map { (row: $0.offset, column: $0.element) } }
    return columns.enumerated().map { (row: $0.element, column: $0.offset) }.sorted { $0.row < $1.row }
}

/// The state of the search: an assignment of the first rows and the dual prices that prove it best.
private struct ShortestAugmentingPaths {
    private static let none = -1

    private let cost: CostMatrix
    private var rowPrice: [Double]
    private var columnPrice: [Double]
    private var columnOfRow: [Int]
    private var rowOfColumn: [Int]
    /// Cost of the shortest path found so far to each column, and the row before it on that path.
    private var distance: [Double]
    private var predecessor: [Int]
    /// Columns that the search has not reached; the first `openCount` entries count.
    private var open: [Int]
    private var visitedRows: [Int] = []
    private var visitedColumns: [Int] = []

    init(_ cost: CostMatrix) {
        self.cost = cost
        rowPrice = [Double](repeating: 0, count: cost.rows)
        columnPrice = [Double](repeating: 0, count: cost.columns)
        columnOfRow = [Int](repeating: Self.none, count: cost.rows)
        rowOfColumn = [Int](repeating: Self.none, count: cost.columns)
        distance = columnPrice
        predecessor = rowOfColumn
        open = rowOfColumn
    }

    /// The column of each row; nil where there is none for all.
    mutating func solve() -> [Int]? {
        for row in 0..<cost.rows {
            guard let (end, length) = shortestPath(from: row) else { return nil }
            adjustPrices(row, length)
            augment(from: row, to: end)
        }
        return columnOfRow
    }

    /// Dijkstra's search over reduced costs from a free row to the nearest free column.
    private mutating func shortestPath(from start: Int) -> (column: Int, length: Double)? {
        let columns = cost.columns
        for column in 0..<columns {
            distance[column] = .infinity
            open[column] = columns - 1 - column
        }
        visitedRows.removeAll(keepingCapacity: true)
        visitedColumns.removeAll(keepingCapacity: true)
        var openCount = columns
        var row = start
        var length = 0.0
        while true {
            visitedRows.append(row)
            guard let nearest = relax(row, length, openCount), distance[open[nearest]] < .infinity else { return nil }
            let column = open[nearest]
            length = distance[column]
            visitedColumns.append(column)
            if rowOfColumn[column] == Self.none { return (column, length) }
            row = rowOfColumn[column]
            openCount -= 1
            open[nearest] = open[openCount]
        }
    }

    /// Tries the paths through a row; returns the place in `open` of the nearest column, a free one among equals.
    private mutating func relax(_ row: Int, _ length: Double, _ openCount: Int) -> Int? {
        let first = row * cost.columns
        let offset = length - rowPrice[row]
        var nearest: Int?
        var least = Double.infinity
        for place in 0..<openCount {
            let column = open[place]
            let through = offset + cost.values[first + column] - columnPrice[column]
            if through < distance[column] {
                distance[column] = through
                predecessor[column] = row
            }
            let reached = distance[column]
            if reached < least || (reached == least && rowOfColumn[column] == Self.none) {
                least = reached
                nearest = place
            }
        }
        return nearest
    }

    /// Keeps reduced costs at least 0, and 0 on the assignment, along what the search has seen.
    private mutating func adjustPrices(_ start: Int, _ length: Double) {
        rowPrice[start] += length
        for row in visitedRows where row != start { rowPrice[row] += length - distance[columnOfRow[row]] }
        for column in visitedColumns { columnPrice[column] -= length - distance[column] }
    }

    /// Exchanges assigned and free pairs along the path.
    private mutating func augment(from start: Int, to end: Int) {
        var column = end
        while true {
            let row = predecessor[column]
            rowOfColumn[column] = row
            (columnOfRow[row], column) = (column, columnOfRow[row])
            if row == start { return }
        }
    }
}
