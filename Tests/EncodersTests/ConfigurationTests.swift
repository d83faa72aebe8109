import Encoders
import Testing

@Test func `The sizes are those of the published models unless others are asked for`() {
    #expect(CLIPConfiguration().embeddingSize == 512)
    #expect(SlowFastConfiguration().frames == 32)
}
