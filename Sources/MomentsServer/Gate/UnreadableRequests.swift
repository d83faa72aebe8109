import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Gives what is no HTTP the same form of an error as everything else.
///
/// Below the router the connection itself answers what it cannot read, with an empty 400; no answer of ours is empty.
final class UnreadableRequests: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else {
            context.write(data, promise: promise)
            return
        }
        let id = UUID().uuidString.lowercased()
        let text = """
            {"error":{"code":"malformed","message":"This is no HTTP request that can be read.","requestId":"\(id)"}}
            """
        head.headerFields[.contentLength] = "\(text.utf8.count)"
        head.headerFields[.contentType] = "application/json"
        head.headerFields[Envelope.requestID] = id
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(ByteBuffer(string: text))), promise: nil)
    }
}
