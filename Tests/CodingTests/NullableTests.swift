import Coding
import Foundation
import Testing

@Suite("Fields whose nil is written")
struct NullableTests {
    struct Record: Codable, Hashable {
        var name = "a"
        @Nullable var limit: Int? = 3
    }

    @Test("a nil is written, and read back as one")
    func explicit() throws {
        let record = Record(limit: nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(record)
        #expect(String(decoding: data, as: UTF8.self) == #"{"limit":null,"name":"a"}"#)
        #expect(try JSONDecoder().decode(Record.self, from: data) == record)
    }

    @Test("a value is written as itself")
    func value() throws {
        let data = Data(#"{"limit":5,"name":"b"}"#.utf8)
        #expect(try JSONDecoder().decode(Record.self, from: data) == Record(name: "b", limit: 5))
    }

    @Test("a field that is missing is no nil")
    func missing() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Record.self, from: Data(#"{"name":"b"}"#.utf8))
        }
    }
}
