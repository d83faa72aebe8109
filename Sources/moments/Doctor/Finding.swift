/// One thing that `moments doctor` looked at.
struct Finding: Encodable, Equatable {
    /// How it is.
    enum Status: String, Encodable {
        /// As it should be.
        case fine
        /// Not there, and only some things need it.
        case optional
        /// Something will be slow or will not work.
        case warning
        /// Nothing works without it.
        case missing
    }

    /// A stable name for programs, such as `libtorch`.
    let name: String
    let status: Status
    /// For people.
    let summary: String
    /// For programs: versions, paths, numbers, as text under stable names.
    var facts: [String: String] = [:]
    /// What mends it: a command, or a sentence.
    var remedy: String?

    /// A line for the terminal, and a second one with what mends it.
    var line: String {
        let sign =
            switch status {
            case .fine: "ok  "
            case .optional: "–   "
            case .warning: "!   "
            case .missing: "FAIL"
            }
        let label = name.padding(to: 16)
        return "\(sign) \(label) \(summary)" + (remedy.map { "\n" + "".padding(to: 22) + "→ \($0)" } ?? "")
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
