import Testing

@testable import Training

@Suite("Labels of words")
struct WordLabelTests {
    @Test("are the sentence's words where the count fits, with start and end where there are two more")
    func fitting() {
        #expect(QueryExplanation.labels("A man's dog runs.", count: 5) == ["a", "man's", "dog", "runs", "."])
        #expect(
            QueryExplanation.labels("A dog, running!", count: 7)
                == ["‹start›", "a", "dog", ",", "running", "!", "‹end›"])
    }

    @Test("are numbers where nobody knows which row is which word")
    func numbers() {
        #expect(QueryExplanation.labels("A dog.", count: 2) == ["word 1", "word 2"])
        #expect(QueryExplanation.labels("", count: 1) == ["word 1"])
        #expect(QueryExplanation.labels("", count: 0).isEmpty)
    }
}
