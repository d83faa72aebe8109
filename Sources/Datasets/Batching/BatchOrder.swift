/// Which annotations stand in which batch of an epoch. A function of its arguments and nothing else.
struct BatchOrder: Sendable {
    /// The annotations' indices, batch by batch.
    let batches: [[Int]]

    /// - Parameters:
    ///   - count: how many annotations there are.
    ///   - shuffleSeed: what the order is drawn from, with the epoch; nil keeps the annotations' order.
    ///   - lengths: clips of each annotation's video, to put videos of like length into a batch; nil to leave that.
    ///   - dropsLast: whether a last batch that is not full is left out.
    init(
        count: Int, batchSize: Int, shuffleSeed: UInt64?, epoch: Int, lengths: [Int]? = nil, dropsLast: Bool = false
    ) {
        precondition(batchSize > 0, "a batch needs at least one query")
        var generator = SeededGenerator(seed: shuffleSeed ?? 0, stream: UInt64(bitPattern: Int64(epoch)))
        var order = Array(0..<count)
        if shuffleSeed != nil { generator.shuffle(&order) }
        if let lengths {
            // Batches of like length from every stretch of 16 batches: little padding, and yet much chance.
            let stretch = batchSize * 16
            for start in stride(from: 0, to: count, by: stretch) {
                let range = start..<min(start + stretch, count)
                // A stable sort, so that the order is the same on every machine.
                let sorted = order[range].enumerated().sorted {
                    (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset)
                }
                order.replaceSubrange(range, with: sorted.map(\.element))
            }
        }
        var batches = stride(from: 0, to: count, by: batchSize).map { Array(order[$0..<min($0 + batchSize, count)]) }
        if dropsLast, let last = batches.last, last.count < batchSize { batches.removeLast() }
        if lengths != nil, shuffleSeed != nil { generator.shuffle(&batches) }
        self.batches = batches
    }
}

/// Numbers that depend on a seed and a stream alone.
struct SeededGenerator {
    private var source: SplitMix64

    init(seed: UInt64, stream: UInt64) {
        source = SplitMix64(state: seed)
        source = SplitMix64(state: source.next() ^ stream)
        source = SplitMix64(state: source.next())
    }

    mutating func next() -> UInt64 { source.next() }

    /// A number below `bound`; the bias of 2⁻⁶⁴ · bound does not matter here.
    mutating func next(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Fisher and Yates's shuffle.
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, next(below: index + 1))
        }
    }

    /// `count` of the numbers below `bound`, ascending.
    mutating func choice(_ count: Int, below bound: Int) -> [Int] {
        var all = Array(0..<bound)
        shuffle(&all)
        return all.prefix(count).sorted()
    }
}
