import ArgumentParser
import Foundation
import Torch
import Training

/// Several processes of this program on one machine that train together.
///
/// This process only looks after them: it serves the place where they meet, passes signals on, and says which one was lost.
struct LocalProcesses {
    let count: Int
    let arguments: [String]

    private static let launcherKey = "MOMENTS_LAUNCHER"
    /// Seconds for the others to end by themselves once one is lost.
    private static let patience = 15.0

    /// The process that has started this one together with others; nil where nobody has.
    static var launcher: pid_t? { ProcessInfo.processInfo.environment[launcherKey].flatMap(pid_t.init) }
    /// Whether this process was started together with others.
    static var isLaunched: Bool { launcher != nil }

    /// Runs them to their end.
    ///
    /// - Throws: `ExitCode` of the first one that did not end well; ``DistributedError``.
    func run() throws {
        let store = try KeyStore(servingAt: "127.0.0.1")
        Interruption.catchSignals()
        var running: [pid_t: Int] = [:]
        do {
            for rank in 0..<count { running[try start(rank, port: store.port)] = rank }
        } catch {
            running.keys.forEach { kill($0, SIGKILL) }
            throw error
        }
        var ends = Ends()
        var passed: Int32?
        while !running.isEmpty {
            if let signal = Interruption.pending, passed == nil {
                running.keys.forEach { kill($0, signal) }
                passed = signal
            }
            var status: Int32 = 0
            let process = waitpid(-1, &status, WNOHANG)
            if process > 0, let rank = running.removeValue(forKey: process) {
                // Whoever was asked to stop may take its time to save, and says so itself.
                if ends.isCause(status), passed == nil { tell(message(rank, process, status)) }
                ends.add(status, limit: passed == nil ? .now + .seconds(Self.patience) : nil)
            } else {
                if let limit = ends.limit, limit < .now { running.keys.forEach { kill($0, SIGKILL) } }
                usleep(20_000)
            }
        }
        if let code = ends.code { throw ExitCode(code) }
    }

    /// How processes have ended so far.
    private struct Ends {
        /// The code of the first one that had a reason of its own; else that of one that has lost another.
        private(set) var code: Int32?
        private var hasCause = false
        /// When the others are to be ended.
        private(set) var limit: ContinuousClock.Instant?

        /// Whether this is why all end: the first that was killed, or ended for another reason than that another was lost.
        func isCause(_ status: Int32) -> Bool {
            !hasCause && status != 0 && (LocalProcesses.signal(status) != nil || exitCode(status) != EX_TEMPFAIL)
        }

        mutating func add(_ status: Int32, limit: ContinuousClock.Instant?) {
            guard status != 0 else { return }
            if isCause(status) {
                // One that was killed may be started again.
                code = LocalProcesses.signal(status) == nil ? exitCode(status) : EX_TEMPFAIL
                hasCause = true
            }
            code = code ?? EX_TEMPFAIL
            self.limit = self.limit ?? limit
        }
    }

    private func message(_ rank: Int, _ process: pid_t, _ status: Int32) -> String {
        let what = "Rank \(rank) of \(count) (process \(process))"
        guard let signal = Self.signal(status) else {
            return "\(what) ended with exit code \(exitCode(status)), so all processes end."
        }
        return "\(what) was ended by signal \(signal) (\(String(cString: strsignal(signal)))), so all processes end. "
            + "--resume goes on from the last save, also with another number of processes."
    }

    /// The signal that has ended a process; nil where none has.
    fileprivate static func signal(_ status: Int32) -> Int32? { status & 0x7F == 0 ? nil : status & 0x7F }

    /// Starts one process, in a group of its own, so that Ctrl-C on a terminal reaches it only through this one.
    private func start(_ rank: Int, port: Int) throws -> pid_t {
        let own = [
            "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_RANK": "\(rank)", "LOCAL_WORLD_SIZE": "\(count)",
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)", "TORCHELASTIC_USE_AGENT_STORE": "True",
            "TORCHELASTIC_RESTART_COUNT": "0", Self.launcherKey: "\(getpid())",
        ]
        let environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.map { "\($0)=\($1)" }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var process: pid_t = 0
        let failure = withStrings([CommandLine.arguments[0]] + arguments) { arguments in
            withStrings(environment) { posix_spawn(&process, "/proc/self/exe", nil, &attributes, arguments, $0) }
        }
        guard failure == 0 else {
            throw DistributedError.environment(
                "Process \(rank) cannot be started: \(String(cString: strerror(failure))).")
        }
        return process
    }
}

/// What a process that no signal has ended gave as its exit code.
private func exitCode(_ status: Int32) -> Int32 { (status >> 8) & 0xFF }

/// Lends a list of C strings that ends with nil.
private func withStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = texts.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return (copies + [nil]).withUnsafeBufferPointer { body($0.baseAddress!) }
}

extension Trainer {
    /// From now on also stops, with everything saved, when the process that looks after this one is gone.
    func watchLauncher() {
        let launcher = LocalProcesses.launcher
        interruption = { Interruption.pending ?? (getppid() == launcher ? nil : SIGTERM) }
    }
}
