import ArgumentParser
import Foundation

/// `moments doctor`: what was found on this machine, and the command that mends what is missing.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what was found on this machine, and what mends what is missing.",
        discussion: "Exits with 69 if something is missing without which nothing works.")

    @Flag(help: "Print one JSON object: `ok` and `findings` with name, status, summary, facts, remedy.")
    var json = false

    func run() throws {
        let examination = Examination(
            folder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
            environment: ProcessInfo.processInfo.environment)
        let report = Report(examination.findings())
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            report.findings.forEach { print($0.line) }
            print(report.verdict)
        }
        // EX_UNAVAILABLE of sysexits.h.
        if !report.ok { throw ExitCode(69) }
    }

    /// All findings with the verdict on them.
    struct Report: Encodable {
        let ok: Bool
        let findings: [Finding]

        init(_ findings: [Finding]) {
            ok = !findings.contains { $0.status == .missing }
            self.findings = findings
        }

        var verdict: String {
            let warnings = findings.filter { $0.status == .warning }.count
            if !ok { return "\nSomething is missing without which nothing works; see FAIL above." }
            return warnings == 0
                ? "\nAll is well." : "\nUsable, with \(warnings) warning\(warnings == 1 ? "" : "s"): see ! above."
        }
    }
}
