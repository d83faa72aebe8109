import Foundation
import Media
import Testing

/// What FFmpeg can read and this package does not let it read.
struct ForeignFormatTests {
    /// By name: each is a list of other files or addresses, or a script.
    private static let lists = [
        "hls.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/a.ts\n#EXT-X-ENDLIST\n",
        "address.ts": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "concat.mkv": "ffconcat version 1.0\nfile '/etc/passwd'\n",
        "concat.mov": "ffconcat version 1.0\nfile 'http://127.0.0.1:9/a.mp4'\n",
        "session.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
        "dash.mp4": "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"></MPD>",
        "subtitles.avi": "1\n00:00:00,000 --> 00:00:09,000\nhello\n", "text.webm": "hello, world\n",
    ]

    @Test(arguments: ForeignFormatTests.lists.keys.sorted())
    func `A list of other files is no video, and nothing on it is opened`(_ name: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent(name)
            try Data(Self.lists[name]!.utf8).write(to: file)
            let error = #expect(throws: MediaError.self) { _ = try VideoReader(file) }
            // An entry that was tried would be another problem: missing, denied, or a refused protocol.
            #expect(error?.problem == .notAVideo)
        }
    }

    @Test(arguments: [(Int32(64), true), (9000, false)])
    func `A picture larger than any video's is not decoded, however few bytes it takes`(_ side: Int32, _ isRead: Bool)
        throws
    {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.avi")
            try Self.runLengthVideo(side: side).write(to: file)
            func read() throws { try VideoReader(file).read([FrameRequest(.times([0]))]) { _, _, _, _ in } }
            if isRead { try read() } else { #expect(throws: MediaError.self) { try read() } }
        }
    }

    /// An AVI file with a picture that is black to its end (Microsoft's run-length codec): two bytes.
    private static func runLengthVideo(side: Int32) -> Data {
        func bytes(_ values: [Int32]) -> Data {
            values.reduce(into: Data()) { data, value in
                withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        func chunk(_ name: String, _ body: Data) -> Data { Data(name.utf8) + bytes([Int32(body.count)]) + body }
        let main = bytes([40_000, 0, 0, 16, 1, 0, 1, 0, side, side, 0, 0, 0, 0])
        let stream = Data("vidsmrle".utf8) + bytes([0, 0, 0, 1, 25, 0, 1, 0, 0, 0, 0, 0])
        // 8 bits a pixel, run-length coded, with the colours behind.
        let format = bytes([40, side, side, 8 << 16 | 1, 1, 0, 0, 0, 256, 0]) + Data(count: 1024)
        let header = chunk(
            "LIST",
            Data("hdrl".utf8) + chunk("avih", main)
                + chunk("LIST", Data("strl".utf8) + chunk("strh", stream) + chunk("strf", format)))
        let pictures = chunk("LIST", Data("movi".utf8) + chunk("00dc", Data([0, 1])))
        return chunk("RIFF", Data("AVI ".utf8) + header + pictures)
    }
}
