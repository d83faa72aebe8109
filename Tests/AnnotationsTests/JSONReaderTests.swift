import Foundation
import Testing

@testable import Annotations

@Suite("JSON reader") struct JSONReaderTests {
    private func read<Value>(
        _ text: String, _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try read(Array(text.utf8), body)
    }

    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
            var reader = JSONReader(bytes)
            let value = try body(&reader)
            try reader.expectEnd()
            return value
        }
    }

    private func failure(of text: String) -> JSONError? {
        do {
            try read(text) { reader throws(JSONError) in try reader.skipValue() }
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "reads numbers to the nearest double",
        arguments: [
            "0", "-0", "0.0", "1", "-1", "150", "0.1", "0.3", "3.14159", "1e3", "1E+3", "1e-3", "24.3", "0.9999",
            "9007199254740993", "9007199254740992.5", "0.17618761956691742", "-0.2452392578125", "12345678901234567890",
            "123456789012345678901234567890", "0.000000000000000000000000000000123", "1e22", "1e23", "1e-22", "1e-23",
            "8.5e-324", "4.9e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "1e400", "-1e400", "1e-400",
            "18446744073709551615", "9999999999999999999", "0.9999999999999999999", "1.0000000000000000001",
            "4.795918367346939", "249.8639455782313", "0e99999999999",
        ])
    func numbers(text: String) throws {
        let value = try read(text) { reader throws(JSONError) in try reader.readDouble() }
        #expect(value.bitPattern == strtod(text, nil).bitPattern)
    }

    @Test("reads random decimals of every length as strtod does")
    func randomNumbers() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<4000 {
            let digits = Int.random(in: 1...22, using: &generator)
            let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            let text = "\(Int.random(in: 0...999, using: &generator)).\(fraction)"
            let value = try read(text) { reader throws(JSONError) in try reader.readDouble() }
            #expect(value.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test("reads what Python writes for numbers that are not finite")
    func notFinite() throws {
        #expect(try read("NaN") { reader throws(JSONError) in try reader.readDouble() }.isNaN)
        #expect(try read("Infinity") { reader throws(JSONError) in try reader.readDouble() } == .infinity)
        #expect(try read("-Infinity") { reader throws(JSONError) in try reader.readDouble() } == -.infinity)
    }

    @Test(
        "refuses what is not JSON and says at which byte",
        arguments: [
            ("", 0), ("01", 0), ("+1", 0), (".5", 0), ("1.", 2), ("1e", 2), ("1e+", 3), ("-", 1), ("-NaN", 1),
            ("nan", 0),
            ("tru", 0), ("nul", 0), ("[1,]", 3), ("[1 2]", 3), ("[1", 2), ("{\"a\" 1}", 5), ("{a: 1}", 1),
            ("{\"a\": 1,}", 8), ("{\"a\": }", 6), ("\"abc", 0), ("\"a\u{1}\"", 2), ("\"\\x\"", 2), ("\"\\u12g4\"", 1),
            ("\"\\ud83d\"", 1), ("\"\\ud83d\\u0041\"", 1), ("\"\\ude00\"", 1), ("1 2", 2), ("'a'", 0),
        ])
    func malformed(text: String, offset: Int) throws {
        let error = try #require(failure(of: text))
        #expect(error.offset == offset)
        #expect(!error.reason.isEmpty)
    }

    @Test("accepts blanks between tokens and every kind of value")
    func grammar() {
        let text = " { \"a\" : [ 1 , -2.5e1 , \"x\\n\" , true , false , null , { } , [ ] ] , \"b\" : NaN }\r\n\t "
        #expect(failure(of: text) == nil)
    }

    @Test("refuses text that is nested without end")
    func nesting() {
        #expect(failure(of: String(repeating: "[", count: 100_000)) != nil)
        #expect(failure(of: String(repeating: "[", count: 100) + String(repeating: "]", count: 100)) == nil)
    }

    @Test("resolves every escape and keeps UTF-8")
    func strings() throws {
        let text = #""a\"b\\c\/d\b\f\n\r\t\u00e9\ud83d\ude00é😀""#
        let value = try read(text) { reader throws(JSONError) in try reader.readString() }
        #expect(value == "a\"b\\c/d\u{8}\u{C}\n\r\té😀é😀")
    }

    @Test("refuses a string that is not UTF-8 at its first bad byte")
    func invalidUTF8() throws {
        let error = #expect(throws: JSONError.self) {
            try read([0x22, 0x61, 0xC3, 0xA9, 0xFF, 0x22]) { reader throws(JSONError) in try reader.readString() }
        }
        #expect(error?.offset == 4)
    }

    @Test("compares keys in place, with and without escapes")
    func keys() throws {
        let found = try read(#"{"qid": 1, "q\u0069d": 2, "qidd": 3, "qi": 4}"#) { reader throws(JSONError) in
            var matches: [Bool] = []
            var cursor = try reader.beginObject()
            while let key = try reader.nextKey(&cursor) {
                matches.append("qid" ~= key)
                try reader.skipValue()
            }
            return matches
        }
        #expect(found == [true, true, false, false])
    }

    @Test("reads whole numbers, and only those, as integers", arguments: ["7", "0", "-12", "999999999999999999"])
    func integers(text: String) throws {
        #expect(try read(text) { reader throws(JSONError) in try reader.readInteger() } == Int(text))
        #expect(throws: JSONError.self) {
            try read(text + ".0") { reader throws(JSONError) in try reader.readInteger() }
        }
    }
}
