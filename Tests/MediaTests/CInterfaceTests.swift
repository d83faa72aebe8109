import Foundation
import TestSupport
import Testing

@Suite("The C interface to FFmpeg")
struct MediaCInterfaceTests {
    @Test("has no function that Media does not call")
    func coverage() throws {
        let root = SharedMaterial.packageRoot
        let header = try String(
            contentsOf: root.appendingPathComponent("Sources/CFFmpeg/include/cffmpeg.h"), encoding: .utf8)
        let code = header.split(separator: "\n").filter { !$0.hasPrefix("//") }.joined(separator: "\n")
        let declared = Set(code.matches(of: #/\b(cf_\w+|cffmpeg_\w+)\(/#).map { String($0.1) })
        #expect(declared.count > 30)
        let folder = root.appendingPathComponent("Sources/Media")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var called: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            called.formUnion(text.matches(of: #/\b(cf_\w+|cffmpeg_\w+)/#).map { String($0.0) })
        }
        #expect(declared.subtracting(called) == [])
    }
}
