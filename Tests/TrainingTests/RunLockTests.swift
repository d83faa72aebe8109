import Foundation
import Testing

@testable import Training

@Suite("The lock on a run's folder")
struct RunLockTests {
    @Test("is held by one training at a time, and free again after it")
    func exclusive() throws {
        let tiny = TinyRun()
        do {
            let lock = try RunLock(tiny.run)
            defer { withExtendedLifetime(lock) {} }
            let error = #expect(throws: RunError.self) { try tiny.trainer().run() }
            guard case .busy(let folder)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(folder == tiny.folder.path && "\(error!)".contains("Another training"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: tiny.folder.path).isEmpty)
        }
        try TinyRun(sharing: tiny).trainer().run()
        let again = TinyRun(sharing: tiny)
        let trainer = try again.trainer()
        try trainer.resume()
        #expect(throws: RunError.self) { try RunLock(tiny.run) }
        try trainer.run()
        _ = try RunLock(tiny.run)
    }

    @Test("leaves no folder where nothing was written into it")
    func leavesNothing() throws {
        let tiny = TinyRun()
        #expect(throws: RunError.self) { try tiny.trainer().resume() }
        #expect(!FileManager.default.fileExists(atPath: tiny.folder.path))
        do { _ = try RunLock(tiny.run) }
        #expect(!FileManager.default.fileExists(atPath: tiny.folder.path))
    }

    @Test("is not to be had where the folder cannot be made")
    func impossible() {
        let error = #expect(throws: RunError.self) { try RunLock(RunFolder(URL(fileURLWithPath: "/proc/nowhere/run"))) }
        guard case .unwritable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
