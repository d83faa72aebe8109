import Batches
import Testing
import Torch

@Suite("A batch")
struct BatchTests {
    @Test("masks each row beyond its own count")
    func masks() {
        let mask = Batch.mask([3, 0, 1], width: 3)
        #expect(mask.shape == [3, 3])
        #expect(mask.bools() == [true, true, true, false, false, false, true, false, false])
    }

    @Test("measures overlap of spans as intersection over union")
    func overlap() {
        #expect(Span(0, 10).iou(Span(5, 15)) == 5.0 / 15.0)
        #expect(Span(0, 10).iou(Span(10, 20)) == 0)
        #expect(Span(3, 3).iou(Span(3, 3)) == 0)
        #expect(Span(2, 6).iou(Span(2, 6)) == 1)
    }
}
