import AsyncHTTPClient
import Connections
import Foundation
import NIOCore
import NIOHTTP1

/// One request for a file or the end of it: redirections are followed here, and the HTTP library's errors get names.
struct RemoteFile {
    let client: HTTPClient
    let address: URL
    let settings: TransferSettings

    /// A client that waits as the settings say and follows nothing on its own.
    static func client(_ settings: TransferSettings) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: amount(settings.connectTimeout), read: amount(settings.stallTimeout)),
            decompression: .disabled)
        // One large file at a time: HTTP/2 only adds its small windows.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// The answer to a request for the file from a byte on, which is not a redirection.
    func answer(from offset: Int, validator: String?) async throws -> HTTPClientResponse {
        var place = address
        var redirections = Redirections(from: place, limit: settings.redirections)
        while true {
            var request = HTTPClientRequest(url: place.absoluteString)
            request.headers.add(name: "User-Agent", value: "moments")
            // Compressed bytes are others than those of the hash.
            request.headers.add(name: "Accept-Encoding", value: "identity")
            if offset > 0 {
                request.headers.add(name: "Range", value: "bytes=\(offset)-")
                if let validator { request.headers.add(name: "If-Range", value: validator) }
            }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: .distantFuture)
            } catch {
                throw failure(error, received: offset, expected: nil)
            }
            guard [301, 302, 303, 307, 308].contains(response.status.code) else { return response }
            place = try redirections.next(after: place, response.headers.first(name: "Location"))
        }
    }

    /// An error of the HTTP library, as what it means for a download.
    func failure(_ error: any Error, received: Int, expected: Int?) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        if let error = error as? DownloadError { return error }
        let address = address.absoluteString
        return switch ConnectionFailure(error) {
        case .silent: DownloadError.stalled(address: address, seconds: settings.stallTimeout)
        case .noConnection: unreachable("no connection within \(Int(settings.connectTimeout.rounded(.up))) s")
        case .unreachable(let reason): unreachable(reason)
        case .noAddress: DownloadError.nonsense(address: address, what: "this is no address of the web")
        case .brokenOff: DownloadError.brokenOff(address: address, received: received, expected: expected)
        }
    }

    private func unreachable(_ reason: String) -> DownloadError {
        .unreachable(host: address.host ?? address.absoluteString, reason: reason)
    }

    private static func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}
