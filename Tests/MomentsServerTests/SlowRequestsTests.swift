import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import MomentsServer

@Suite("A connection")
struct SlowRequestsTests {
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/nothing"))

    private func connected() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: SlowRequests(.seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 80)).wait()
        return channel
    }

    private func answer(_ channel: EmbeddedChannel) throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .notFound)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    @Test("on which nothing is asked is closed")
    func silent() throws {
        let channel = try connected()
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("stays for as long as an answer takes, and is closed where only the rest of its request comes after it")
    func answered() throws {
        let channel = try connected()
        try channel.writeInbound(Self.head)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer(channel)
        for _ in 0..<2 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(29))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(!channel.isActive)
    }

    @Test("on which two are asked at once stays until both are answered")
    func pipelined() throws {
        let channel = try connected()
        for _ in 0..<2 { try channel.writeInbound(Self.head) }
        try answer(channel)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer(channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }
}
