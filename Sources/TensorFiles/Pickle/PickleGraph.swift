/// What a pickle's opcodes build: nodes that refer to each other by number.
///
/// Python shares and changes objects while it unpickles, so the nodes must be shared as well. Numbers in one
/// array and not references: a pickle nested a million deep, or one that contains itself, then neither
/// overflows the stack when it is freed nor leaks.
struct PickleGraph {
    typealias NodeID = Int

    enum Node {
        case none
        case bool(Bool)
        case integer(Int)
        /// Two's complement, little-endian.
        case bigInteger([UInt8])
        case float(Double)
        case string(String)
        /// A Python 2 string: text or bytes, nobody knows.
        case byteString(ByteSlice)
        case bytes(ByteSlice)
        case list([NodeID])
        case tuple([NodeID])
        case set([NodeID])
        /// Keys and values alternate.
        case dictionary([NodeID])
        case global(module: String, name: String)
        /// What lies outside of the pickle: a tensor's storage.
        case persistent(NodeID)
        /// A call or an object; the index into `calls`.
        case call(Int)
    }

    /// A call of a global, noted and not made, and what was then put into its result.
    struct Call {
        let callable: NodeID
        let arguments: NodeID
        var state: NodeID?
        var items: [NodeID] = []
        /// Keys and values alternate.
        var entries: [NodeID] = []
    }

    var nodes: [Node] = []
    var calls: [Call] = []
    var root: NodeID = 0

    func globalName(_ id: NodeID) -> (module: String, name: String)? {
        if case .global(let module, let name) = nodes[id] { (module, name) } else { nil }
    }

    func tuple(_ id: NodeID) -> [NodeID]? {
        if case .tuple(let elements) = nodes[id] { elements } else { nil }
    }

    func integer(_ id: NodeID) -> Int? {
        switch nodes[id] {
        case .integer(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    func string(_ id: NodeID) -> String? {
        switch nodes[id] {
        case .string(let text): text
        case .byteString(let bytes): bytes.utf8 ?? bytes.latin1
        default: nil
        }
    }

    func bool(_ id: NodeID) -> Bool? {
        switch nodes[id] {
        case .bool(let value): value
        case .integer(let value): value != 0
        default: nil
        }
    }

    func call(_ id: NodeID) -> Call? {
        if case .call(let index) = nodes[id] { calls[index] } else { nil }
    }

    /// A list or a tuple of integers, such as a shape; also `torch.Size` around one.
    func integers(_ id: NodeID) -> [Int]? {
        switch nodes[id] {
        case .list(let elements), .tuple(let elements):
            let values = elements.compactMap { integer($0) }
            return values.count == elements.count ? values : nil
        case .call(let index):
            guard let global = globalName(calls[index].callable), global == ("torch", "Size"),
                let arguments = tuple(calls[index].arguments), arguments.count == 1, tuple(arguments[0]) != nil
            else { return nil }
            return integers(arguments[0])
        default: return nil
        }
    }
}
