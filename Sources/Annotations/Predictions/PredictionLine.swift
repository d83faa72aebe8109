/// Reads one line of a file of predictions.
enum PredictionLine {
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed<Prediction> {
        var reader = JSONReader(bytes)
        do {
            return try read(&reader)
        } catch {
            return .problems([.malformed(error.reason, column: error.offset + 1)])
        }
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> Parsed<Prediction> {
        var qid: QueryID?
        var prediction = Prediction(qid: 0)
        var reasons: [LineProblem.Reason] = []
        var members = try reader.beginObject()
        while let key = try reader.nextKey(&members) {
            let isRepeated: Bool
            switch key {
            case "qid":
                isRepeated = qid != nil
                qid = try reader.readQueryID()
            case "query":
                isRepeated = prediction.query != nil
                if try !reader.readNull() { prediction.query = try reader.readString() }
            case "vid":
                isRepeated = prediction.vid != nil
                if try !reader.readNull() { prediction.vid = try reader.readString() }
            case "pred_relevant_windows":
                isRepeated = prediction.relevantWindows != nil
                prediction.relevantWindows = try reader.readScoredWindows()
            case "pred_saliency_scores":
                isRepeated = prediction.saliencyScores != nil
                prediction.saliencyScores = try reader.readDoubles()
            default:
                isRepeated = false
                try reader.skipValue()
            }
            if isRepeated { reasons.append(.repeatedKey(key.text)) }
        }
        try reader.expectEnd()
        if let qid { prediction.qid = qid } else { reasons.append(.missingKey("qid")) }
        return reasons.isEmpty ? .value(prediction) : .problems(reasons)
    }
}

extension JSONReader {
    /// `[[start, end, score], …]`.
    fileprivate mutating func readScoredWindows() throws(JSONError) -> [ScoredWindow] {
        var result: [ScoredWindow] = []
        result.reserveCapacity(10)
        var windows = try beginArray()
        while try nextElement(&windows) {
            var numbers = try beginArray()
            let start = try readNumber(of: &numbers, "a predicted window has a start, an end and a score")
            let end = try readNumber(of: &numbers, "a predicted window has a start, an end and a score")
            let score = try readNumber(of: &numbers, "a predicted window has a start, an end and a score")
            try endArray(&numbers, "a predicted window has a start, an end and a score, and nothing else")
            result.append(ScoredWindow(start: start, end: end, score: score))
        }
        return result
    }

    /// `[number, …]`.
    fileprivate mutating func readDoubles() throws(JSONError) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(75)
        var cursor = try beginArray()
        while try nextElement(&cursor) { result.append(try readDouble()) }
        return result
    }
}
