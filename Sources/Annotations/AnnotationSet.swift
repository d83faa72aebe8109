import Foundation

/// What to do with a file in which some lines are wrong.
public enum ProblemPolicy: Sendable {
    /// Throw one error that lists them all.
    case strict
    /// Keep the good lines and list the problems beside them.
    case keepGood
}

/// How to read a file of annotations.
public struct AnnotationOptions: Sendable {
    /// The file's format; nil to tell it from the first lines.
    public var format: AnnotationFormat?
    /// The table of durations that the text form of Charades-STA needs: CSV with the columns `id` and
    /// `length` (seconds).
    public var durations: URL?
    /// Seconds a clip; decides how many clips a video has.
    public var clipLength: Double
    /// The identifier of the first query in the text form of Charades-STA, which has none of its own: 0 in
    /// the field's training split, 12404 in its test split.
    public var firstQueryID: Int
    /// What to do about wrong lines.
    public var policy: ProblemPolicy

    /// Options that suit every published file but the text form of Charades-STA.
    public init(
        format: AnnotationFormat? = nil, durations: URL? = nil, clipLength: Double = 2, firstQueryID: Int = 0,
        policy: ProblemPolicy = .strict
    ) {
        precondition(clipLength > 0, "A clip must last some time.")
        self.format = format
        self.durations = durations
        self.clipLength = clipLength
        self.firstQueryID = firstQueryID
        self.policy = policy
    }
}

/// The queries of one file, in its order.
///
///     let val = try AnnotationSet(contentsOf: URL(fileURLWithPath: "highlight_val_release.jsonl"))
///     for annotation in val { print(annotation.query, annotation.relevantWindows ?? []) }
public struct AnnotationSet: Sendable {
    /// The queries, all of them good.
    public let annotations: [Annotation]
    /// The line on which each of them stands, counted from 1.
    public let lines: [Int]
    /// The format that was told or named.
    public let format: AnnotationFormat
    /// The lines that were left out; empty unless the policy is `.keepGood`.
    public let problems: [LineProblem]
    /// How many windows were cut to their video's length, as the text form of Charades-STA, the JSON of TACoS
    /// and ActivityNet Captions, and subtitles require.
    public let clippedWindows: Int
    /// How many pairs of ActivityNet Captions, or subtitles, were passed over because nothing is left of their window
    /// or their sentence.
    public let passedOver: Int

    /// Reads a file.
    ///
    /// - Throws: that it is missing, unreadable, empty or in no known format; with `.strict`, all of its
    ///   wrong lines.
    public init(contentsOf url: URL, options: AnnotationOptions = AnnotationOptions()) throws(AnnotationFileError) {
        self = try FileContents(url).withBytes { bytes throws(AnnotationFileError) in
            try AnnotationSet(bytes, url: url, options: options)
        }
    }

    private init(
        _ bytes: UnsafeBufferPointer<UInt8>, url: URL, options: AnnotationOptions
    ) throws(AnnotationFileError) {
        var scanner = LineScanner(bytes)
        guard scanner.next() != nil else { throw .empty(path: url.path) }
        guard let format = options.format ?? AnnotationFormat.detect(bytes) else {
            throw .unknownFormat(path: url.path)
        }
        let file = url.lastPathComponent
        var collector = LineCollector<Annotation>(file: file)
        var clippedWindows = 0
        var passedOver = 0
        switch format {
        case .charadesText:
            guard let table = options.durations else { throw .durationsMissing(path: url.path) }
            let durations = try DurationTable(contentsOf: table)
            var qid = options.firstQueryID
            for line in parseLines(of: bytes, { CharadesText.parse($0, durations: durations) }) {
                switch line.content {
                case .problems(let reasons): collector.reject(reasons, line: line.number)
                case .value(let entry):
                    collector.accept(entry.annotation(qid: .number(qid)), line: line.number)
                    qid += 1
                    if entry.wasClipped { clippedWindows += 1 }
                }
            }
        case .tacosJSON:
            let file = TACoSFile(bytes)
            for entry in file.entries { collector.add(entry, qid: \.qid) }
            clippedWindows = file.clippedWindows
        case .activityNetJSON:
            let file = CaptionsFile(bytes)
            for entry in file.entries { collector.add(entry, qid: \.qid) }
            (clippedWindows, passedOver) = (file.clippedWindows, file.passedOver)
        case .subtitles:
            for line in parseLines(of: bytes, SubtitleLine.parse) {
                switch line.content {
                case .problems(let reasons): collector.reject(reasons, line: line.number)
                case .value(let entry):
                    guard let annotation = entry.annotation else {
                        passedOver += 1
                        continue
                    }
                    collector.add(ParsedLine(number: line.number, content: .value(annotation)), qid: \.qid)
                    if entry.wasClipped { clippedWindows += 1 }
                }
            }
        case .qvhighlights, .jsonLines, .tvsum, .youtubeHighlights:
            let clipLength = options.clipLength
            let parsed = parseLines(of: bytes) {
                AnnotationLine.parse($0, format: format, clipLength: clipLength)
            }
            for line in parsed { collector.add(line, qid: \.qid) }
        }
        if options.policy == .strict, !collector.problems.isEmpty {
            throw .problems(path: url.path, collector.problems)
        }
        annotations = collector.values
        lines = collector.lines
        problems = collector.problems
        self.format = format
        self.clippedWindows = clippedWindows
        self.passedOver = passedOver
    }

    private init(_ set: AnnotationSet, keeping keeps: (Annotation) -> Bool) {
        let kept = zip(set.annotations, set.lines).filter { keeps($0.0) }
        annotations = kept.map(\.0)
        lines = kept.map(\.1)
        format = set.format
        problems = set.problems
        clippedWindows = set.clippedWindows
        passedOver = set.passedOver
    }
}

extension AnnotationSet {
    /// The domains of its videos by name: TVSum's and YouTube Highlights' categories.
    public var domains: [String] { Set(annotations.compactMap(\.domain)).sorted() }

    /// The queries of one domain, in their order.
    public func inDomain(_ domain: String) -> AnnotationSet { AnnotationSet(self) { $0.domain == domain } }
}

extension AnnotationSet: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// The number of queries.
    public var endIndex: Int { annotations.count }

    /// The query at a place in the file, bad lines not counted.
    public subscript(position: Int) -> Annotation { annotations[position] }
}

extension CharadesText.Entry {
    fileprivate func annotation(qid: QueryID) -> Annotation {
        Annotation(qid: qid, query: query, vid: vid, duration: duration, relevantWindows: [window])
    }
}
