import Media
import Testing

@Test func `FFmpeg's libraries answer with their version`() {
    #expect(MediaRuntime.version.split(separator: ".").count == 3)
}
