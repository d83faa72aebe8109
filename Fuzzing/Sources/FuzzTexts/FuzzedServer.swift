import Foundation
import Fuzzing
import Hummingbird
import HummingbirdTesting
import Logging
import Media
import Synchronization
import VideoLibrary

@testable import MomentsServer

/// A server with one short video, which is asked without a socket, one request at a time.
final class FuzzedServer: @unchecked Sendable {
    /// The one of this process.
    static let shared = Result { try FuzzedServer() }

    /// The hash of its video.
    let video: String
    private let folder = URL(fileURLWithPath: "/dev/shm/moments-fuzz-\(getpid())-server")
    private let library: VideoLibrary
    private let encoder: BrightnessEncoder
    private let client: any TestClientProtocol

    private init() throws {
        let videos = folder.appendingPathComponent("videos")
        try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
        let file = videos.appendingPathComponent("v.mp4")
        let settings = VideoSettings(frameRate: 10, keyInterval: 10)
        let writer = try VideoWriter(file, width: 64, height: 48, settings: settings)
        for value in [UInt8](repeating: 5, count: 20) + [UInt8](repeating: 250, count: 20) {
            try writer.add(Frame(width: 64, height: 48, pixels: [UInt8](repeating: value, count: 64 * 48 * 3)))
        }
        try writer.finish()
        let library = try VideoLibrary(at: folder.appendingPathComponent("library"), creating: true)
        let encoder = BrightnessEncoder()
        _ = try library.index(VideoScan([file.path]), with: encoder)
        video = try library.hash(ofFileAt: file.path) ?? ""
        (self.library, self.encoder) = (library, encoder)

        let server = try Self.server(of: library, encoder, in: folder.appendingPathComponent("temporary"))
        client = try Self.wait { try await server.lastingClient() }
        // libFuzzer ends the process by exit.
        atexit { try? FileManager.default.removeItem(atPath: "/dev/shm/moments-fuzz-\(getpid())-server") }
    }

    private static func server(
        of library: VideoLibrary, _ encoder: BrightnessEncoder, in folder: URL
    ) throws -> MomentsServer {
        var settings = ServerSettings()
        settings.temporaryFolder = folder
        settings.clipCache = 4 << 20
        settings.finishedJobs = 5
        var logger = Logger(label: "fuzzing")
        logger.logLevel = .critical
        return try MomentsServer(
            library: library, models: [BrightnessModel()], sentences: BrightnessSentences(), videos: encoder,
            settings: settings, logger: logger)
    }

    /// The status that a request is answered with.
    func ask(_ request: WrittenRequest) -> Int? {
        let status = try? Self.wait { [client] in
            try await client.executeRequest(
                uri: request.path, method: request.method, headers: request.headers, body: request.body
            ).status.code
        }
        // The next request finds its video again.
        if request.method == .delete, status == 204 {
            _ = try? library.index(VideoScan([folder.appendingPathComponent("videos").path]), with: encoder)
        }
        return status
    }

    /// Blocks until work has ended.
    private static func wait<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let (done, result) = (DispatchSemaphore(value: 0), Box<Value>())
        Task.detached {
            do {
                let value = try await work()
                result.value.withLock { $0 = .success(value) }
            } catch {
                result.value.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        return try result.value.withLock { try $0!.get() }
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, any Error>?>(nil)
    }
}

extension MomentsServer {
    /// A client that can be asked as long as the process lives.
    fileprivate func lastingClient() async throws -> any TestClientProtocol {
        try await withCheckedThrowingContinuation { continuation in
            Task.detached {
                do {
                    try await application().test(.router) { client in
                        continuation.resume(returning: client)
                        while true { try await Task.sleep(for: .seconds(1 << 30)) }
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
