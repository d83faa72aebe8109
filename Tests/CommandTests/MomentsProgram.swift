import Foundation

/// The built `moments`, or another of the package's programs, called as a user calls it.
struct MomentsProgram {
    /// What a call left behind.
    struct Outcome {
        let code: Int32
        let output: String
        let messages: String
    }

    /// The working directory of its calls.
    let folder: URL
    /// What is added to the environment.
    var environment: [String: String] = [:]

    /// What it is called.
    var name = "moments"

    /// It is built beside the tests.
    var url: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name)
    }

    /// Starts a call; of another program, such as one that starts this one, where `other` names it.
    func start(_ arguments: [String], at other: URL? = nil) throws -> (
        process: Process, outcome: () throws -> Outcome
    ) {
        let process = Process()
        process.executableURL = other ?? url
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, so that nothing waits for a full pipe.
        let files = ["output", "messages"].map { folder.appendingPathComponent(".\($0)-\(UUID().uuidString)") }
        for file in files { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        return (
            process,
            {
                process.waitUntilExit()
                let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
                return Outcome(code: process.terminationStatus, output: texts[0], messages: texts[1])
            }
        )
    }

    func callAsFunction(_ arguments: String...) throws -> Outcome { try start(arguments).outcome() }
}

/// Waits until a file has so many lines; false where the process ends before.
func waitForLines(_ lines: Int, in url: URL, of process: Process) -> Bool {
    while process.isRunning {
        let data = (try? Data(contentsOf: url)) ?? Data()
        if data.count(where: { $0 == UInt8(ascii: "\n") }) >= lines { return true }
        usleep(500)
    }
    return false
}
