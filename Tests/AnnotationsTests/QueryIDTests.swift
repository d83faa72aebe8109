import Foundation
import Testing

@testable import Annotations

@Suite("Query identifiers") struct QueryIDTests {
    @Test("keep whether they were numbers or texts")
    func identity() {
        #expect(QueryID.number(1) != QueryID.text("1"))
        #expect(QueryID.number(7).json == "7")
        #expect(QueryID.text("a\"b").json == #""a\"b""#)
        #expect(QueryID.text("s30-d52_0").description == "s30-d52_0")
    }

    @Test("survive encoding and decoding")
    func coding() throws {
        let ids: [QueryID] = [2579, "s30-d52_0", "12", -3]
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == #"[2579,"s30-d52_0","12",-3]"#)
        #expect(try JSONDecoder().decode([QueryID].self, from: data) == ids)
    }

    @Test("sort by value, numbers first")
    func order() {
        let ids: [QueryID] = ["b", 10, "a", 9]
        #expect(ids.sorted() == [9, 10, "a", "b"])
    }
}
