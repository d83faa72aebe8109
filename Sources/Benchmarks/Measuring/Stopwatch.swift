import Foundation

/// Measures work between matrix products, for a given time.
///
/// A machine that others use, or that gets hot, is fast at one moment and slow at the next. So every repetition stands
/// between two products and is compared with just these.
public struct Stopwatch {
    /// Seconds that a measurement may take, warm-up included. It makes at least ``leastRepetitions``.
    private let share: () -> Double
    /// Repetitions without which a median says little.
    public let leastRepetitions: Int
    /// The only subject to measure, by a part of its name; nil for all.
    public let subject: String?
    private let product: MatrixProduct

    /// Makes a stopwatch that gives each measurement the same time.
    public init(
        budget: Double, leastRepetitions: Int = 3, subject: String? = nil, product: MatrixProduct = MatrixProduct()
    ) {
        self.init(share: { budget }, leastRepetitions: leastRepetitions, subject: subject, product: product)
    }

    /// Makes a stopwatch whose measurements share their time.
    public init(
        sharing budget: TimeBudget, leastRepetitions: Int = 3, subject: String? = nil,
        product: MatrixProduct = MatrixProduct()
    ) {
        self.init(share: budget.nextShare, leastRepetitions: leastRepetitions, subject: subject, product: product)
    }

    private init(share: @escaping () -> Double, leastRepetitions: Int, subject: String?, product: MatrixProduct) {
        self.share = share
        self.leastRepetitions = leastRepetitions
        self.subject = subject
        self.product = product
    }

    /// Whether a subject is to be measured.
    public func wants(_ name: String) -> Bool {
        guard let subject else { return true }
        return name.range(of: subject, options: .caseInsensitive) != nil
    }

    /// Does the work again and again.
    ///
    /// - Parameters:
    ///   - items: Things that one repetition works through.
    ///   - operations: Floating-point operations of a repetition.
    ///   - warmUp: Repetitions before the first that counts; fewer where they take long.
    ///   - mostRepetitions: Where to stop though there is time left.
    ///   - work: What is measured. It may return the seconds of single answers within it.
    public func measure(
        _ benchmark: String, _ subject: String, detail: String, items: Int = 1, operations: Double? = nil,
        warmUp: Int = 2, mostRepetitions: Int = 200, _ work: () throws -> [Double]
    ) rethrows -> Timing {
        // The product's own memory is none of the work's.
        product()
        ProcessStatistics.forgetPeakMemory()
        let resident = ProcessStatistics.memory
        let budget = share()
        let start = Self.now
        for _ in 0..<warmUp {
            product()
            _ = try work()
            // What takes long is warm after once.
            if Self.now - start > budget / 4 { break }
        }
        var (seconds, processor, products, answers) = ([Double](), [Double](), [Double](), [Double]())
        var before = time(product.callAsFunction)
        while seconds.count < leastRepetitions || (Self.now - start < budget && seconds.count < mostRepetitions) {
            let used = ProcessStatistics.processorSeconds
            let begin = Self.now
            answers += try work()
            seconds.append(Self.now - begin)
            processor.append(ProcessStatistics.processorSeconds - used)
            let after = time(product.callAsFunction)
            products.append((before + after) / 2)
            before = after
        }
        let peak = ProcessStatistics.peakMemory
        let added = peak.flatMap { peak in resident.map { max(0, peak - $0) } }
        return Timing(
            benchmark: benchmark, subject: subject, detail: detail, items: items, operations: operations,
            seconds: seconds, processorSeconds: processor, productSeconds: products,
            productOperations: product.operations, peakMemory: peak, addedMemory: added,
            answers: answers)
    }

    /// Seconds on a clock that only goes forward.
    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    private func time(_ work: () -> Void) -> Double {
        let begin = Self.now
        work()
        return Self.now - begin
    }
}
