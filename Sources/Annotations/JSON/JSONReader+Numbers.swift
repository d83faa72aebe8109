extension JSONReader {
    /// A number as the nearest double, or one of Python's `NaN`, `Infinity` and `-Infinity`.
    ///
    /// What is too large becomes infinite, as in Python.
    mutating func readDouble() throws(JSONError) -> Double {
        try expect(.number)
        let start = position
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative { position += 1 }
        switch byte {
        case UInt8(ascii: "N") where !isNegative:
            try consume("NaN")
            return .nan
        case UInt8(ascii: "I"):
            try consume("Infinity")
            return isNegative ? -.infinity : .infinity
        default: break
        }

        var significand: UInt64 = 0
        var digits = 0
        try scanDigits(&significand, &digits, isWhole: true)
        var exponent = 0
        if byte == UInt8(ascii: ".") {
            position += 1
            let first = position
            try scanDigits(&significand, &digits, isWhole: false)
            exponent = first - position
        }
        if byte | 0x20 == UInt8(ascii: "e") { exponent += try scanExponent() }

        // 19 digits always fit into 64 bits; longer numbers take the slow road.
        if digits <= 19, let value = Double(significand: significand, decimalExponent: exponent) {
            return isNegative ? -value : value
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text) else {
            throw JSONError(reason: "“\(text)” is not a number", offset: start)
        }
        return value
    }

    /// A number written without fraction and exponent.
    mutating func readInteger() throws(JSONError) -> Int {
        try expect(.number)
        let start = position
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var significand: UInt64 = 0
        var digits = 0
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            try scanDigits(&significand, &digits, isWhole: true)
            if byte != UInt8(ascii: "."), byte | 0x20 != UInt8(ascii: "e"), digits <= 18 {
                return isNegative ? -Int(significand) : Int(significand)
            }
        }
        position = start
        let value = try readDouble()
        throw JSONError(reason: "a whole number was expected, found \(value)", offset: start)
    }

    /// Appends decimal digits to the significand; leading zeros do not count as digits.
    private mutating func scanDigits(
        _ significand: inout UInt64, _ digits: inout Int, isWhole: Bool
    ) throws(JSONError) {
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            significand = significand &* 10 &+ UInt64(digit)
            if digits > 0 || digit > 0 { digits += 1 }
            position += 1
        }
        guard position > start else { throw failure("a digit was expected, found \(found)") }
        if isWhole, position - start > 1, bytes[start] == UInt8(ascii: "0") {
            throw JSONError(reason: "a number must not begin with zeros", offset: start)
        }
    }

    private mutating func scanExponent() throws(JSONError) -> Int {
        position += 1
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative || byte == UInt8(ascii: "+") { position += 1 }
        let start = position
        var value = 0
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = min(value * 10 + Int(digit), 1_000_000)
            position += 1
        }
        guard position > start else { throw failure("a digit was expected, found \(found)") }
        return isNegative ? -value : value
    }
}

extension Double {
    /// The double nearest to `significand · 10^decimalExponent`, ties to even, as `strtod` has it.
    ///
    /// Nil where the short ways below do not reach; the caller then takes the general conversion.
    init?(significand: UInt64, decimalExponent: Int) {
        if significand == 0 {
            self = 0
        } else if significand <= 1 << 53, -22...22 ~= decimalExponent {
            // Both are exact doubles, so one operation rounds once.
            let power = Self.exactPowers[Int(decimalExponent.magnitude)]
            self = decimalExponent < 0 ? Double(significand) / power : Double(significand) * power
        } else if -19 ... -1 ~= decimalExponent {
            self = Self.quotient(significand, Self.wholePowers[-decimalExponent])
        } else {
            return nil
        }
    }

    /// `dividend / divisor`, rounded once: 64 bits of the quotient are found exactly, and the rest is
    /// kept as a sticky bit.
    private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
        let dividendShift = dividend.leadingZeroBitCount
        let divisorShift = divisor.leadingZeroBitCount
        let high = dividend << dividendShift
        let low = divisor << divisorShift
        // Halving the dividend first keeps the quotient between 2^62 and 2^64.
        let (quotient, remainder) = low.dividingFullWidth((high >> 1, high << 63))
        // Of the 63 or 64 bits, `Double(_:)` keeps 53 and rounds ties to even; the last bit is sticky.
        let sticky = quotient | (remainder == 0 ? 0 : 1)
        let powerOfTwo = Self(bitPattern: UInt64(1023 + divisorShift - dividendShift - 63) << 52)
        return Self(sticky) * powerOfTwo
    }

    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    private static let wholePowers: [UInt64] = (0...19).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
