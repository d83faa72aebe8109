import CFuzzer
import Foundation

/// Something that reads bytes which others made.
///
/// It may refuse them in any way that a caller can catch; ending the process is a finding.
public struct FuzzTarget: Sendable {
    let name: String
    let seeds: @Sendable () throws -> [[UInt8]]
    let read: @Sendable ([UInt8]) throws -> Void

    /// Describes a target.
    ///
    /// - Parameters:
    ///   - name: What it is called on the command line.
    ///   - seeds: A few good inputs to begin with.
    ///   - read: Reads one input. What it throws is a refusal.
    public init(
        _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]],
        read: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.read = read
    }
}

/// The program: `PROGRAM list`, `PROGRAM seeds TARGET FOLDER`, or with `FUZZ_TARGET` in the environment libFuzzer's own
/// arguments.
public func fuzz(_ targets: [FuzzTarget]) throws -> Int32 {
    let arguments = CommandLine.arguments
    if arguments.dropFirst() == ["list"] {
        for target in targets { print(target.name) }
        return 0
    }
    let isForSeeds = arguments.count == 4 && arguments[1] == "seeds"
    let name = isForSeeds ? arguments[2] : ProcessInfo.processInfo.environment["FUZZ_TARGET"]
    guard let target = targets.first(where: { $0.name == name }) else {
        let names = targets.map(\.name).joined(separator: ", ")
        FileHandle.standardError.write(Data("FUZZ_TARGET: one of \(names)\n".utf8))
        return EX_USAGE
    }
    if isForSeeds {
        for (index, seed) in try target.seeds().enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: arguments[3]).appendingPathComponent("seed-\(index)"))
        }
        return 0
    }
    chosen = target
    var count = CommandLine.argc
    var values = Optional(CommandLine.unsafeArgv)
    return LLVMFuzzerRunDriver(&count, &values, readChosen)
}

/// A callback of C has no context.
private nonisolated(unsafe) var chosen: FuzzTarget?

/// Its name is libFuzzer's: its own `main`, which is linked and not called, asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
public func readChosen(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    try? chosen?.read([UInt8](UnsafeBufferPointer(start: data, count: size)))
    return 0
}

/// A file in memory, for what reads files only.
public struct InputFile: Sendable {
    /// Where it lies.
    public let url: URL

    /// Names the file of this process.
    public init(_ name: String) {
        url = URL(fileURLWithPath: "/dev/shm/moments-fuzz-\(getpid())-\(name)")
    }

    /// Writes it and lends it.
    public func with(_ bytes: [UInt8], _ body: (URL) throws -> Void) throws {
        defer { unlink(url.path) }
        try Data(bytes).write(to: url)
        try body(url)
    }
}
