import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

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
        let broken = DownloadError.brokenOff(
            address: address.absoluteString, received: received, expected: expected)
        switch error {
        case let error as DownloadError: return error
        case let error as HTTPClientError: return failure(error, else: broken)
        case let error as NIOConnectionError: return unreachable(Self.reason(error))
        case let error as IOError where Self.isNoConnection(error.errnoCode):
            return unreachable(String(cString: strerror(error.errnoCode)))
        case is HTTPParserError, is ChannelError, is IOError: return broken
        default: return unreachable("\(error)")
        }
    }

    private func failure(_ error: HTTPClientError, else broken: DownloadError) -> DownloadError {
        switch error {
        case .readTimeout: .stalled(address: address.absoluteString, seconds: settings.stallTimeout)
        case .connectTimeout, .tlsHandshakeTimeout:
            unreachable("no connection within \(Int(settings.connectTimeout.rounded(.up))) s")
        case .invalidURL, .emptyHost:
            .nonsense(address: address.absoluteString, what: "this is no address of the web")
        default: broken
        }
    }

    /// Whether nothing was there to break off. A host that is named by its number fails so; one with a name fails as a
    /// `NIOConnectionError`.
    private static func isNoConnection(_ code: CInt) -> Bool {
        [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL].contains(code)
    }

    private func unreachable(_ reason: String) -> DownloadError {
        .unreachable(host: address.host ?? address.absoluteString, reason: reason)
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        guard let first = error.connectionErrors.first?.error else { return "its name is not known" }
        return (first as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(first)"
    }

    private static func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}
