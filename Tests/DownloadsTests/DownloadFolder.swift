import Downloads
import Foundation
import Hashing
import LoopbackServer
import Synchronization

/// A folder of its own to download into, and without long pauses.
struct DownloadFolder {
    let url: URL
    var settings = TransferSettings()

    init() {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("downloads-\(UUID().uuidString)")
        (settings.connectTimeout, settings.stallTimeout) = (120, 120)
        (settings.retries, settings.firstDelay) = (2, 0.01)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    /// What lies there, hidden files too.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }

    func contents(_ name: String = "weights.bin") throws -> Data {
        try Data(contentsOf: url.appendingPathComponent(name))
    }

    /// Downloads a file from a server; what happens is collected.
    @discardableResult
    func fetch(
        _ server: LoopbackServer, _ name: String = "weights.bin", path: String = "/weights.bin", sha256: String? = nil,
        byteCount: Int? = nil, policy: HashPolicy = .published, events: Events = Events()
    ) async throws -> DownloadOutcome {
        let file = CatalogueFile(
            name: name, address: URL(string: server.url.absoluteString + path)!, byteCount: byteCount, sha256: sha256)
        return try await Downloader(settings: settings).fetch(file, into: url, policy: policy, report: events.add)
    }

    /// Bytes that look like nothing else.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> Data {
        var state = seed
        return Data(
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            })
    }

    static func hash(_ data: Data) -> String {
        let hash = RunningHash()
        data.withUnsafeBytes(hash.add)
        return hash.finish()
    }
}

/// What a download reported.
final class Events: Sendable {
    private let list = Mutex<[DownloadEvent]>([])

    @Sendable func add(_ event: DownloadEvent) { list.withLock { $0.append(event) } }

    var all: [DownloadEvent] { list.withLock { $0 } }

    var resumptions: [Int] {
        all.compactMap { if case .resuming(let offset) = $0 { offset } else { nil } }
    }

    var retries: Int { all.count { if case .retrying = $0 { true } else { false } } }
    var restarts: Int { all.count { if case .restarting = $0 { true } else { false } } }
}
