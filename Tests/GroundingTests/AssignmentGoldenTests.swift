import Grounding
import TestSupport
import Testing
import Torch

/// A cost of a golden matrix: a number, "inf", "-inf", or null for NaN.
private struct Cost: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .nan
        } else if let name = try? container.decode(String.self) {
            value = try #require(Double(name))
        } else {
            value = try container.decode(Double.self)
        }
    }
}

private struct AssignmentCase: Decodable {
    let kind: String
    let shape: [Int]
    let cost: [[Cost]]
    let rows, columns: [Int]?
    let total: Double?
    let unique: Bool?
    let error: String?

    enum CodingKeys: String, CodingKey {
        case kind, shape, cost, total, unique, error
        case rows = "row_ind"
        case columns = "col_ind"
    }
}

@Suite("Assignment against its references (Golden)")
struct AssignmentGoldenTests {
    @Test("the cheapest assignment, and what has none", arguments: GoldenCase.all("losses"))
    func hungarianCases(_ golden: GoldenCase) throws {
        for (number, expected) in try golden.json("hungarian.json", [AssignmentCase].self).enumerated() {
            let label = "case \(number), \(expected.kind)"
            let cost = CostMatrix(
                rows: expected.shape[0], columns: expected.shape[1],
                values: expected.cost.flatMap { $0.map(\.value) })
            guard let rows = expected.rows, let columns = expected.columns, let total = expected.total else {
                let message = try #require(expected.error)
                let error = #expect(throws: AssignmentError.self, "\(label)") { try hungarian(cost) }
                switch try #require(error) {
                case .invalidCost: #expect(message.contains("invalid"), "\(label)")
                case .infeasible: #expect(message.contains("infeasible"), "\(label)")
                }
                continue
            }
            let pairs = try hungarian(cost)
            let sum = pairs.reduce(0) { $0 + cost[$1.row, $1.column] }
            #expect(abs(sum - total) <= 1e-9 * max(1, abs(total)), "\(label): \(sum), expected \(total)")
            #expect(Set(pairs.map(\.column)).count == pairs.count && pairs.count == rows.count, "\(label)")
            if expected.unique == true {
                #expect(pairs.map(\.row) == rows && pairs.map(\.column) == columns, "\(label)")
            }
        }
    }
}
