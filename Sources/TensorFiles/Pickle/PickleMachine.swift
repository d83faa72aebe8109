/// Reads the opcodes of a pickle, protocols 0 to 5, into a graph of nodes.
///
/// It knows the language and no meaning: a call is noted, never made, and refused where it describes no data.
/// Every length is checked against the bytes that are there before it is believed.
struct PickleMachine {
    /// More values than any checkpoint has: a limit on memory, as one byte of a pickle can make one.
    static let valueLimit = 1 << 24

    private typealias NodeID = PickleGraph.NodeID

    private var input: PickleInput
    private var graph = PickleGraph()
    private var stack: [NodeID] = []
    private var marks: [Int] = []
    private var memo: [Int: NodeID] = [:]
    private var pushCount = 0

    private static let noneID = 0
    private static let trueID = 1
    private static let falseID = 2

    /// Reads the pickle that begins at `offset`; `end` is where it ends.
    static func read(_ bytes: ByteSlice, from offset: Int = 0, _ place: FilePlace) throws -> (
        graph: PickleGraph, end: Int
    ) {
        var machine = PickleMachine(input: PickleInput(bytes: bytes, offset: offset, place: place))
        machine.graph.nodes = [.none, .bool(true), .bool(false)]
        while try machine.step() {}
        return (machine.graph, machine.input.offset)
    }

    private init(input: PickleInput) {
        self.input = input
    }

    // MARK: The stack

    private mutating func push(_ node: PickleGraph.Node) throws {
        try push(id: graph.nodes.count)
        graph.nodes.append(node)
    }

    private mutating func push(id: NodeID) throws {
        pushCount += 1
        guard pushCount < PickleMachine.valueLimit else { throw tooManyValues() }
        stack.append(id)
    }

    private func tooManyValues() -> TensorFileError {
        input.place.tooLarge("a pickle of more than \(PickleMachine.valueLimit) values")
    }

    private mutating func pop() throws -> NodeID {
        guard stack.count > (marks.last ?? 0), let top = stack.popLast() else {
            throw input.damaged("its stack is empty")
        }
        return top
    }

    private func top() throws -> NodeID {
        guard stack.count > (marks.last ?? 0), let top = stack.last else { throw input.damaged("its stack is empty") }
        return top
    }

    private mutating func popToMark() throws -> [NodeID] {
        guard let mark = marks.popLast() else { throw input.damaged("a mark is missing on its stack") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func pop(_ count: Int) throws -> [NodeID] {
        guard stack.count - count >= (marks.last ?? 0) else { throw input.damaged("its stack is empty") }
        let values = Array(stack.suffix(count))
        stack.removeLast(count)
        return values
    }

    // MARK: Opcodes

    /// Does one opcode; false after the last.
    private mutating func step() throws -> Bool {
        let code = try input.byte()
        guard let opcode = PickleOpcode(rawValue: code) else {
            throw input.damaged("there is no opcode \(code)")
        }
        switch opcode {
        case .stop:
            graph.root = try pop()
            return false
        case .protocolVersion:
            let version = try input.byte()
            guard version <= 5 else { throw input.place.unsupported("pickle protocol \(version)") }
        case .frame:
            let length = try input.length(UInt64.self)
            guard length <= input.remaining else { throw input.damaged("a frame is longer than the file") }
        case .mark:
            guard marks.count < PickleMachine.valueLimit else { throw tooManyValues() }
            marks.append(stack.count)
        case .pop:
            if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
        case .popMark: _ = try popToMark()
        case .duplicate: try push(id: top())
        case .none: try push(id: PickleMachine.noneID)
        case .true: try push(id: PickleMachine.trueID)
        case .false: try push(id: PickleMachine.falseID)
        case .integerText: try pushIntegerText()
        case .int32: try push(.integer(Int(input.integer(Int32.self))))
        case .uint8: try push(.integer(Int(input.byte())))
        case .uint16: try push(.integer(Int(input.integer(UInt16.self))))
        case .longText: try push(PickleInput.integer(decimal: input.line(), input))
        case .long1: try push(PickleInput.integer(input.bytes(Int(input.byte()))))
        case .long4: try push(PickleInput.integer(input.bytes(input.length(Int32.self))))
        case .floatText:
            guard let value = Double(try input.line()) else { throw input.damaged("a float is no number") }
            try push(.float(value))
        case .float64: try push(.float(Double(bitPattern: input.integer(UInt64.self).byteSwapped)))
        case .stringText: try push(.byteString(input.quotedLine()))
        case .byteString: try push(.byteString(input.bytes(input.length(Int32.self))))
        case .byteString1: try push(.byteString(input.bytes(Int(input.byte()))))
        case .unicodeText: try push(.string(input.escapedLine()))
        case .unicode: try push(.string(input.text(input.length(UInt32.self))))
        case .unicode1: try push(.string(input.text(Int(input.byte()))))
        case .unicode8: try push(.string(input.text(input.length(UInt64.self))))
        case .bytes: try push(.bytes(input.bytes(input.length(UInt32.self))))
        case .bytes1: try push(.bytes(input.bytes(Int(input.byte()))))
        case .bytes8, .byteArray8: try push(.bytes(input.bytes(input.length(UInt64.self))))
        case .emptyList: try push(.list([]))
        case .list: try push(.list(popToMark()))
        case .append: try append([pop()])
        case .appends: try append(popToMark())
        case .emptyTuple: try push(.tuple([]))
        case .tuple: try push(.tuple(popToMark()))
        case .tuple1: try push(.tuple(pop(1)))
        case .tuple2: try push(.tuple(pop(2)))
        case .tuple3: try push(.tuple(pop(3)))
        case .emptyDictionary: try push(.dictionary([]))
        case .dictionary: try push(.dictionary(pairs(popToMark())))
        case .setItem: try set(pop(2))
        case .setItems: try set(pairs(popToMark()))
        case .emptySet: try push(.set([]))
        case .addItems: try add(popToMark())
        case .frozenSet: try push(.set(popToMark()))
        case .put: try remember(at: input.decimalLine())
        case .put1: try remember(at: Int(input.byte()))
        case .put4: try remember(at: Int(input.integer(UInt32.self)))
        case .memoize: try remember(at: memo.count)
        case .get: try recall(input.decimalLine())
        case .get1: try recall(Int(input.byte()))
        case .get4: try recall(Int(input.integer(UInt32.self)))
        case .global: try push(.global(module: input.line(), name: input.line()))
        case .stackGlobal: try pushStackGlobal()
        case .reduce: try call(pop(2), isObject: false)
        case .newObject: try call(pop(2), isObject: true)
        case .newObjectWithKeywords: try callWithKeywords(pop(3))
        case .instance: try callInstance()
        case .object: try callObject()
        case .build: try build()
        case .persistentText:
            try push(.string(input.line()))
            try push(.persistent(pop()))
        case .persistent: try push(.persistent(pop()))
        case .readOnlyBuffer: _ = try top()
        case .nextBuffer: throw input.place.unsupported("a pickle whose buffers lie outside of it")
        case .extension1, .extension2, .extension4:
            throw input.place.unsupported("a pickle that uses Python's extension registry")
        }
        return true
    }

    private mutating func pushIntegerText() throws {
        let line = try input.line()
        switch line {
        case "00": try push(id: PickleMachine.falseID)
        case "01": try push(id: PickleMachine.trueID)
        default: try push(PickleInput.integer(decimal: line, input))
        }
    }

    // MARK: The memo

    private mutating func remember(at index: Int) throws {
        guard memo.count < PickleMachine.valueLimit else { throw tooManyValues() }
        memo[index] = try top()
    }

    private mutating func recall(_ index: Int) throws {
        guard let id = memo[index] else { throw input.damaged("it refers to a value \(index) that it has not made") }
        try push(id: id)
    }

    // MARK: Containers

    private func pairs(_ values: [NodeID]) throws -> [NodeID] {
        guard values.count.isMultiple(of: 2) else { throw input.damaged("a dictionary has a key without a value") }
        return values
    }

    // A node is taken out of the array while it changes: a copy of a long list for every element would be slow.

    private mutating func append(_ values: [NodeID]) throws {
        let target = try top()
        switch graph.nodes[target] {
        case .list(var elements):
            graph.nodes[target] = .none
            elements += values
            graph.nodes[target] = .list(elements)
        case .call(let index): graph.calls[index].items += values
        default: throw input.damaged("it appends to what is no list")
        }
    }

    private mutating func add(_ values: [NodeID]) throws {
        let target = try top()
        guard case .set(var elements) = graph.nodes[target] else { throw input.damaged("it adds to what is no set") }
        graph.nodes[target] = .none
        elements += values
        graph.nodes[target] = .set(elements)
    }

    private mutating func set(_ pairs: [NodeID]) throws {
        let target = try top()
        switch graph.nodes[target] {
        case .dictionary(var entries):
            graph.nodes[target] = .none
            entries += pairs
            graph.nodes[target] = .dictionary(entries)
        case .call(let index): graph.calls[index].entries += pairs
        default: throw input.damaged("it sets items of what is no dictionary")
        }
    }

    // MARK: Calls

    private mutating func pushStackGlobal() throws {
        let names = try pop(2)
        guard let module = graph.string(names[0]), let name = graph.string(names[1]) else {
            throw input.damaged("a global's name is no text")
        }
        try push(.global(module: module, name: name))
    }

    /// Notes a call of `values[0]`, or the making of an object of this class, with the tuple `values[1]`.
    private mutating func call(_ values: [NodeID], isObject: Bool) throws {
        guard let global = graph.globalName(values[0]) else {
            // A function that the pickle computes, such as the result of getattr: always an attack.
            throw input.place.error(.unsafeCall(module: "(computed)", name: "function"))
        }
        guard
            PickleCalls.isDescription(module: global.module, name: global.name)
                || isObject && PickleCalls.isHarmlessClass(module: global.module)
        else {
            throw input.place.error(.unsafeCall(module: global.module, name: global.name))
        }
        guard graph.tuple(values[1]) != nil else { throw input.damaged("the arguments of \(global.name) are no tuple") }
        graph.calls.append(PickleGraph.Call(callable: values[0], arguments: values[1]))
        try push(.call(graph.calls.count - 1))
    }

    private mutating func callWithKeywords(_ values: [NodeID]) throws {
        try call([values[0], values[1]], isObject: true)
        guard case .dictionary(let keywords) = graph.nodes[values[2]] else {
            throw input.damaged("the keywords of a class are no dictionary")
        }
        graph.calls[graph.calls.count - 1].entries = keywords
    }

    private mutating func callInstance() throws {
        let arguments = try popToMark()
        try push(.global(module: input.line(), name: input.line()))
        try push(.tuple(arguments))
        try call(pop(2), isObject: false)
    }

    private mutating func callObject() throws {
        let values = try popToMark()
        guard let callable = values.first else { throw input.damaged("an object has no class") }
        try push(id: callable)
        try push(.tuple(Array(values.dropFirst())))
        try call(pop(2), isObject: false)
    }

    private mutating func build() throws {
        let state = try pop()
        guard case .call(let index) = graph.nodes[try top()] else {
            throw input.damaged("it sets the attributes of what is no object")
        }
        graph.calls[index].state = state
    }
}
