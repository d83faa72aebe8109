import Foundation

extension ProcessGroup {
    /// The values of all processes, by rank.
    public func gather<Value: Codable>(_ value: Value) throws(DistributedError) -> [Value] {
        let own = Self.encoded(value)
        let sizes = try gather(own.count)
        let padded = own + [UInt8](repeating: 0, count: sizes.max()! - own.count)
        let all = try gather(Tensor(padded))
        return sizes.enumerated().map { rank, count in
            Self.decoded(all.entry(rank, 0).slice(0, 0, count).elements(UInt8.self))
        }
    }

    /// Rank 0's value for everybody; the others' is not looked at.
    public func broadcast<Value: Codable>(_ value: Value) throws(DistributedError) -> Value {
        let own = rank == 0 ? Self.encoded(value) : []
        let count = try gather(own.count)[0]
        let bytes = rank == 0 ? Tensor(own) : Tensor.zeros([count], dtype: .uint8)
        try broadcast(bytes)
        return rank == 0 ? value : Self.decoded(bytes.elements(UInt8.self))
    }

    private static func encoded(_ value: some Encodable) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode([value]))
        } catch {
            fail("encoded", [], "\(error)")
        }
    }

    private static func decoded<Value: Decodable>(_ bytes: [UInt8]) -> Value {
        do {
            return try JSONDecoder().decode([Value].self, from: Data(bytes))[0]
        } catch {
            fail("decoded", [], "\(error)")
        }
    }
}
