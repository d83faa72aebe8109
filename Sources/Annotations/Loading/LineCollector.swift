/// Sorts what was read into good values and problems, and finds identifiers that occur twice.
struct LineCollector<Value: Sendable> {
    let file: String
    private(set) var values: [Value] = []
    private(set) var lines: [Int] = []
    private(set) var problems: [LineProblem] = []
    private var firstLines: [QueryID: Int] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func accept(_ value: Value, line: Int) {
        values.append(value)
        lines.append(line)
    }

    mutating func reject(_ reasons: [LineProblem.Reason], line: Int) {
        problems += reasons.map { LineProblem(file: file, line: line, reason: $0) }
    }

    /// Takes a line in; a value whose identifier is already there is a problem.
    mutating func add(_ line: ParsedLine<Value>, qid: (Value) -> QueryID) {
        switch line.content {
        case .problems(let reasons):
            reject(reasons, line: line.number)
        case .value(let value):
            let id = qid(value)
            if let first = firstLines[id] {
                reject([.duplicateQueryID(id, firstLine: first)], line: line.number)
            } else {
                firstLines[id] = line.number
                accept(value, line: line.number)
            }
        }
    }
}
