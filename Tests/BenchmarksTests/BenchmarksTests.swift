import Batches
import Encoders
import Foundation
import Testing
import Torch

@testable import Benchmarks

@Suite("Measuring")
struct MeasuringTests {
    private func measurement(seconds: [Double], products: [Double], operations: Double?) -> Timing {
        Timing(
            benchmark: "b", subject: "s", detail: "d", items: 4, operations: operations, seconds: seconds,
            processorSeconds: seconds, productSeconds: products, productOperations: 10, peakMemory: nil)
    }

    @Test("each repetition is compared with its own products, and the median of that is told")
    func ratio() {
        // The machine became half as fast: times double, ratios stay.
        let slow = measurement(seconds: [1, 2, 4], products: [0.5, 1, 2], operations: 10)
        #expect(slow.timesProduct == 2)
        #expect(slow.shareOfProductRate == 0.5)
        #expect(slow.median == 2)
        #expect(slow.minimum == 1)
        #expect(slow.itemsPerSecond == 2)
    }

    @Test("medians and quantiles of even, odd and no numbers")
    func quantiles() {
        #expect([3.0, 1, 2].median == 2)
        #expect([4.0, 1, 2, 3].median == 2.5)
        #expect([Double]().median.isNaN)
        #expect((1...100).map(Double.init).quantile(0.95) == 95)
        #expect([7.0].quantile(0.95) == 7)
    }

    @Test("work is done at least so often, warm-up aside, and no more than allowed")
    func repetitions() {
        var calls = 0
        let stopwatch = Stopwatch(budget: 0, leastRepetitions: 3, product: MatrixProduct(size: 8))
        let result = stopwatch.measure("b", "s", detail: "", warmUp: 2) {
            calls += 1
            return []
        }
        // Without time one repetition is warm-up enough.
        #expect(calls == 4)
        #expect(result.seconds.count == 3)
        #expect(result.productSeconds.count == 3)
        let many = Stopwatch(budget: 60, leastRepetitions: 1, product: MatrixProduct(size: 8))
        #expect(many.measure("b", "s", detail: "", mostRepetitions: 4) { [] }.seconds.count == 4)
    }

    @Test("memory that the work takes is told, also where it gives it back")
    func addedMemory() {
        let stopwatch = Stopwatch(budget: 0, leastRepetitions: 1, product: MatrixProduct(size: 8))
        let size = 256 << 20
        func added(_ work: () -> [Double]) -> Int? {
            stopwatch.measure("b", "s", detail: "", warmUp: 0, work).addedMemory
        }
        // Other tests take and give back memory of this process meanwhile: one good look of several is enough.
        let large = { added { [Double([UInt8](repeating: 1, count: size).last ?? 0)] } }
        #expect((0..<8).contains { _ in large() ?? 0 > size / 2 })
        #expect((0..<8).contains { _ in added { [] } ?? .max < size / 2 })
    }

    @Test("what one measurement takes too much the others have less")
    func sharing() {
        var clock = 100.0
        let budget = TimeBudget(seconds: 12, measurements: 3) { clock }
        #expect(budget.nextShare() == 4)
        clock += 8
        #expect(budget.nextShare() == 2)
        clock += 5
        #expect(budget.nextShare() == 0)
        // One more than was said still ends.
        #expect(budget.nextShare() == 0)
    }

    @Test("one subject can be chosen by a part of its name")
    func subject() {
        let stopwatch = Stopwatch(budget: 0, subject: "detr", product: MatrixProduct(size: 8))
        #expect(stopwatch.wants("Moment-DETR"))
        #expect(!stopwatch.wants("CDNet, small"))
        #expect(Stopwatch(budget: 0, product: MatrixProduct(size: 8)).wants("CDNet, small"))
    }

    @Test("the process's peak memory can be read")
    func memory() throws {
        #expect(try #require(ProcessStatistics.peakMemory) > 1_000_000)
    }

    @Test("JSON has stable names and leaves out what is unknown")
    func json() throws {
        let machine = BenchmarkReport.Machine(
            cores: 2, threads: 2, libtorch: "2.13.0", kernels: "AVX512", loadAverage: [0.1])
        let report = BenchmarkReport(
            machine: machine, measurements: [measurement(seconds: [1], products: [1], operations: nil)])
        let text = try report.json
        #expect(text.contains(#""times_sgemm" : 1"#))
        #expect(text.contains(#""load_average" : ["#))
        #expect(!text.contains("share_of_sgemm_rate"))
    }

    @Test("numbers in the table have three digits and a unit")
    func table() {
        #expect(BenchmarkTable.time(0.012345) == "12.3 ms")
        #expect(BenchmarkTable.time(3.4567) == "3.46 s")
        #expect(BenchmarkTable.time(0.0000042) == "4.20 µs")
        #expect(BenchmarkTable.digits(12345) == "12345")
    }
}

@Suite("What is measured")
struct SuiteTests {
    private let stopwatch = Stopwatch(budget: 0, leastRepetitions: 1, product: MatrixProduct(size: 8))

    private func run(_ suite: some BenchmarkSuite) throws -> [Timing] {
        var all: [Timing] = []
        try suite.run(stopwatch) { all.append($0) }
        return all
    }

    @Test("loading gives every sample, from packs and from files")
    func loading() throws {
        let results = try run(LoadingBenchmark(count: 2))
        #expect(results.map(\.subject) == ["pack, float32", "pack, float16", ".npz, stored", ".npz, deflated"])
        #expect(results.allSatisfy { $0.items == 2 })
        #expect(results.count == LoadingBenchmark().measurementCount)
    }

    @Test("scoring reads its own files")
    func scoring() throws { #expect(try run(ScoringBenchmark(count: 20)).map(\.items) == [20]) }

    @Test("growth has a measurement for each size of clips and words, queries and moments")
    func growth() throws {
        var sizes = GrowthBenchmark.Sizes()
        (sizes.clips, sizes.words, sizes.queries, sizes.moments) = ([4, 9], [3, 5], [6, 8], [2, 12])
        let suite = GrowthBenchmark(sizes)
        let results = try run(suite)
        #expect(results.count == suite.measurementCount)
        #expect(results.prefix(3).map(\.detail) == ["4 clips, 3 words", "9 clips, 3 words", "4 clips, 5 words"])
        #expect(results.suffix(3).map(\.items) == [6, 8, 6])
        #expect(results.last?.detail == "6 queries, 12 moments an answer")
    }

    @Test("a synthetic batch has the sizes asked for, padding without numbers, and targets")
    func batch() throws {
        let batch = SyntheticBatch.make(3, clips: 75, words: 32, ragged: true)
        #expect(batch.video.shape == [3, 75, 2818])
        #expect(batch.wordCounts.max() == 32 && batch.wordCounts.min()! < 32)
        #expect(batch.text[1, batch.wordCounts[1]...].abs().sum().item() == 0)
        #expect(batch.targets?.inMoment.any().integer() == 1)
    }

    @Test("pictures, clips and whole videos are encoded, each kind in its ways")
    func encoders() throws {
        var clip = CLIPConfiguration.tiny
        clip.imageSize = 32
        let pictures = try run(CLIPBenchmark(clip, batches: [3]))
        #expect(pictures.map(\.items) == [3, 3, 1, 16])
        #expect(pictures[0].subject == "pictures, float32, 3 at once")
        var slowFast = SlowFastConfiguration()
        (slowFast.width, slowFast.fastWidth, slowFast.cropSize, slowFast.blocks) = (8, 2, 32, [1, 1, 1, 1])
        #expect(try run(SlowFastBenchmark(slowFast)).map(\.items) == [1, 2 * Libtorch.threadCount])
        let videos = try run(VideoBenchmark(seconds: 3, width: 96, clip: clip, slowFast: slowFast))
        #expect(videos.count == 8 && videos.allSatisfy { $0.items == 3 })
    }

    @Test("what decoding adds to the memory is said for each length of video")
    func decodingMemory() throws {
        let lines = try run(DecodingMemoryBenchmark(lengths: [1, 2]))
        #expect(lines.map(\.subject) == ["decoding 1 s", "decoding 2 s"])
        #expect(lines.allSatisfy { BenchmarkTable.line($0).contains("MB more than before") })
    }

    @Test("nearest clips are looked for exactly and by the index, which says what it found")
    func library() throws {
        let suite = LibraryBenchmark(
            .init(sizes: [2000]), clips: GeneratedClips(width: 32, inner: 8), mostQuestions: 2)
        let lines = try run(suite)
        #expect(lines.map(\.subject) == ["2000 clips, exact", "2000 clips, by the index"])
        let recall = try #require(
            lines[1].detail.firstMatch(of: /recall at 10 ([0-9.]+), of distant sentences ([0-9.]+)/))
        #expect(try #require(Double(recall.1)) >= 0.98 && #require(Double(recall.2)) >= 0.98)
        #expect(lines.count == suite.measurementCount && lines.allSatisfy { $0.detail.contains("p99") })
    }

    @Test("a library that is kept is measured again without being built")
    func keptLibrary() throws {
        try ScratchFolder.with { folder in
            let suite = LibraryBenchmark(
                .init(sizes: [1500], folder: folder), clips: GeneratedClips(width: 32, inner: 8), mostQuestions: 2)
            func built() throws -> Substring? {
                try run(suite)[1].detail.firstMatch(of: /built in .* of processor time, [0-9]+ MiB/)?.output
            }
            let first = try #require(try built())
            let files = ["vectors.f16", "index.faiss"].map { folder.appendingPathComponent("1500x32/\($0)") }
            func written() throws -> [Date?] {
                try files.map { try FileManager.default.attributesOfItem(atPath: $0.path)[.modificationDate] as? Date }
            }
            let before = try written()
            #expect(try built() == first && written() == before)
            // Half a file is no library.
            try Data(count: 100).write(to: files[0])
            #expect(try built() == first)
            #expect(try Data(contentsOf: files[0]).count == 1500 * 32 * 2)
        }
    }

    @Test("operations are counted as the networks' authors count them")
    func operations() {
        // ViT-B/32 has 4.4 GFLOP an image, SlowFast 8×8 R50 65.7 a clip of 256 × 256; both mean multiplications with additions.
        #expect(abs(OperationCount.images(.vitB32) / 2 - 4.4e9) < 0.1e9)
    }

    @Test("a process that fails is an error, and its folder is gone")
    func coldStart() throws {
        let command = ColdStartBenchmark.Command(program: URL(fileURLWithPath: "/bin/false"), arguments: [])
        #expect(throws: ColdStartBenchmark.Failure.self) { try run(ColdStartBenchmark(command)) }
    }
}

@Suite("Two builds")
struct RevisionComparisonTests {
    private func record(_ subject: String, _ ratio: Double, memory: Int? = nil) -> BenchmarkRecord {
        BenchmarkRecord(benchmark: "query", subject: subject, timesProduct: ratio, peakMemory: memory)
    }

    @Test("are compared by what both measured in every round")
    func comparison() {
        let compared = RevisionComparison([
            (own: [record("A", 2, memory: 100), record("B", 1)], other: [record("A", 3, memory: 150)]),
            (own: [record("A", 2), record("B", 1)], other: [record("B", 1), record("A", 8)]),
            (own: [record("A", 4), record("B", 1)], other: [record("A", 4), record("B", 2)]),
        ])
        // B is missing in the first round of the other.
        #expect(compared.rows.map(\.name) == ["query, A"])
        #expect(compared.rows[0].ratios == [1.5, 4, 1] && compared.rows[0].median == 1.5)
        #expect(compared.rows[0].memory == 1.5)
        let lines = compared.table.split(separator: "\n")
        #expect(lines.count == 2 && lines[1].contains("1.50") && lines[1].contains("1.00 – 4.00"))
        #expect(Set(lines.map(\.count)).count == 1)
    }

    @Test("measure by themselves, and what is no report is said")
    func programs() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func program(_ script: String) throws -> BenchmarkProgram {
            let file = folder.appendingPathComponent("program")
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
            return BenchmarkProgram(file, arguments: ["query"])
        }
        let report =
            #"{"machine": {}, "results": [{"benchmark": "query", "subject": "A", "times_sgemm": 2, "more": 1}]}"#
        let measured = try program("[ \"$*\" = 'bench --json query' ] && echo '\(report)'").measure()
        #expect(measured == [record("A", 2)])
        for (script, complaint) in [("exit 3", "stopped with 3"), ("echo {}", "no report")] {
            let error = #expect(throws: BenchmarkProgram.Failure.self) { try program(script).measure() }
            #expect(error?.description.contains(complaint) == true)
        }
        let none = BenchmarkProgram(folder.appendingPathComponent("none"), arguments: [])
        #expect(throws: BenchmarkProgram.Failure.self) { try none.measure() }
    }

    @Test("leave a line each in a history")
    func history() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let timing = Timing(
            benchmark: "query", subject: "A", detail: "", items: 1, operations: nil, seconds: [3],
            processorSeconds: [3],
            productSeconds: [2], productOperations: 1, peakMemory: 7)
        for label in ["old", "new"] {
            try BenchmarkHistoryLine(label: label, machine: .current, measurements: [timing]).append(to: file)
        }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(BenchmarkHistoryLine.self, from: Data($0.utf8)) }
        #expect(lines.map(\.label) == ["old", "new"])
        #expect(lines[1].results == [record("A", 1.5, memory: 7)])
        #expect(lines[1].date.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil)
    }
}
