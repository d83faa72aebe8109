import CFFmpeg
import Foundation
import TestSupport
import Testing

@Suite("The C interface to FFmpeg")
struct MediaCInterfaceTests {
    /// What only tests call.
    private static let exercised: Set = ["cf_cancel"]

    @Test("has no function that neither Media nor a test calls")
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
        #expect(declared.subtracting(called) == Self.exercised)
    }

    @Test("stops reading when it is cancelled from elsewhere")
    func cancelled() throws {
        let video = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).mkv")
        defer { try? FileManager.default.removeItem(at: video) }
        try MadeVideo.write(video, count: 10)
        var input: CFInput?
        #expect(cf_open(video.path, &input) == CFOk)
        defer { cf_input_free(input) }
        cf_cancel(input)
        var status = CFOk
        while status == CFOk {
            // What was read ahead may still come.
            var packet: CFPacket?
            status = cf_read(input, &packet)
            cf_packet_free(packet)
        }
        #expect(status == CFCancelled)
    }
}
