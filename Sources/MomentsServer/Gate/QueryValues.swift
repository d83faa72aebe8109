import Foundation
import Hummingbird

/// A request's query, with what each value may be.
struct QueryValues {
    private var values: [String: String] = [:]

    /// Reads the part behind the question mark.
    ///
    /// - Throws: ``Failure`` where it is not encoded as it must be.
    init(of request: Request) throws(Failure) { try self.init(request.uri.query ?? "") }

    /// Reads `a=b&c=d`, a space written as `+` or `%20`. Of a name that comes twice the last one counts.
    init(_ text: String) throws(Failure) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { $0.replacing("+", with: " ").removingPercentEncoding }
            guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "" else {
                throw .malformed("“\(pair)” is not encoded as it must be.")
            }
            values[name] = value
        }
    }

    /// Throws where there are others than these.
    func only(_ names: Set<String>) throws(Failure) {
        if let other = values.keys.first(where: { !names.contains($0) }) {
            throw .invalid("\(other.prefix(100)): there is no such field.")
        }
    }

    func text(_ name: String, longest: Int = 1000) throws(Failure) -> String? {
        guard let value = values[name] else { return nil }
        guard !value.isEmpty, value.unicodeScalars.count <= longest else {
            throw .invalid("\(name): give 1 to \(longest) characters.")
        }
        guard !value.unicodeScalars.contains("\0") else { throw .invalid("\(name): this is no text.") }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let value = values[name] else { return nil }
        guard value.wholeMatch(of: /-?[0-9]{1,18}/) != nil, let number = Int(value), range.contains(number) else {
            throw .invalid("\(name): give a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(Failure) -> Double? {
        guard let value = values[name] else { return nil }
        guard value.utf8.count <= 100, value.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?([eE][ +\-]?[0-9]+)?/) != nil,
            let number = Double(value.replacing(" ", with: "+")), range.contains(number)
        else { throw .invalid("\(name): give a number from \(range.lowerBound) to \(range.upperBound).") }
        return number
    }

    func flag(_ name: String) throws(Failure) -> Bool? {
        switch values[name] {
        case nil: nil
        case "true": true
        case "false": false
        default: throw .invalid("\(name): give true or false.")
        }
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _: Value.Type) throws(Failure) -> Value?
    where Value.RawValue == String {
        guard let value = values[name] else { return nil }
        guard let choice = Value(rawValue: value) else {
            throw .invalid("\(name): give \(Value.allCases.map(\.rawValue).joined(separator: " or ")).")
        }
        return choice
    }

    func date(_ name: String) throws(Failure) -> Date? {
        guard let value = values[name] else { return nil }
        return try Self.date(value, name)
    }

    /// RFC 3339, as in 2026-11-25T20:00:00Z.
    static func date(_ text: String, _ name: String) throws(Failure) -> Date {
        let form = /(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,12})?([Zz]|([+ \-])(\d{2}):(\d{2}))/
            .asciiOnlyDigits()
        let refusal = Failure.invalid("\(name): give a time as 2026-11-25T20:00:00Z.")
        guard let match = text.wholeMatch(of: form) else { throw refusal }
        func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = DateComponents(
            year: number(match.1), month: number(match.2), day: number(match.3), hour: number(match.4),
            minute: number(match.5), second: min(59, number(match.6)))
        let (hours, minutes) = (number(match.10), number(match.11))
        // A second of 60 is one that was put in.
        guard number(match.6) <= 60, hours < 24, minutes < 60, parts.isValidDate(in: calendar),
            let local = calendar.date(from: parts)
        else { throw refusal }
        let offset = Double(hours * 3600 + minutes * 60) * (match.9 == "-" ? 1 : -1)
        let fraction = match.7.flatMap { Double("0" + $0) } ?? 0
        return local.addingTimeInterval(offset + fraction)
    }
}
