import Annotations
import Foundation
import Fuzzing

private let scratch = InputFile("lines")
private let durations = InputFile("durations")

private let seeds: [AnnotationFormat: String] = [
    .qvhighlights: """
    {"qid": 1, "query": "A man.", "vid": "v_60.0_210.0", "duration": 150, "relevant_windows": [[14, 32]], \
    "relevant_clip_ids": [7, 8], "saliency_scores": [[1, 2, 3], [4, 0, 2]]}

    """,
    .jsonLines: #"""
    {"qid": "a", "query": "A \u00e4 \"man\".", "vid": "v", "duration": 1.5e1, "relevant_windows": [[0, 2.5]]}
    """#,
    .charadesText: "AAAAA 0.0 6.9##a person opens a door.\nBBBBB 1 2##another.\n",
    .tacosJSON: """
    {"s1.avi": {"timestamps": [[1, 50]], "sentences": ["He cuts."], "fps": 29.4, "num_frames": 300}}
    """,
    .activityNetJSON: #"{"v_a": {"duration": 82.7, "timestamps": [[0.8, 19.8]], "sentences": ["A man."]}}"#,
    .subtitles: #"{"qid": 3, "query": "so", "vid": "v", "duration": 60, "relevant_windows": [[10, 70]]}"#,
    .tvsum: #"{"qid": 1, "query": "q", "duration": 2, "vid": "v", "label": [[1, 2], [3, 4]], "domain": "BK"}"#,
    .youtubeHighlights: #"{"qid": 1, "query": "q", "duration": 4, "vid": "v", "label": [[1], [0]], "domain": "dog"}"#,
]

let annotationTargets =
    AnnotationFormat.allCases.map { format in
        FuzzTarget("annotations-\(format.rawValue)") {
            seeds[format].map { [Array($0.utf8)] } ?? []
        } read: { bytes in
            var options = AnnotationOptions()
            (options.format, options.policy) = (format, .keepGood)
            try durations.with(Array("vid,subset,length\nAAAAA,test,31.5\nBBBBB,train,12\n".utf8)) { table in
                options.durations = table
                try scratch.with(bytes) { url in
                    for annotation in try AnnotationSet(contentsOf: url, options: options) {
                        _ = annotation.json
                    }
                }
            }
        }
    } + [
        FuzzTarget("durations") {
            [Array("vid,subset,length\nAAAAA,test,31.5\n\"B\",train,12\n".utf8)]
        } read: { bytes in
            var options = AnnotationOptions()
            options.format = .charadesText
            try durations.with(bytes) { table in
                options.durations = table
                try scratch.with(Array(seeds[.charadesText]!.utf8)) {
                    _ = try AnnotationSet(contentsOf: $0, options: options)
                }
            }
        },
        FuzzTarget("predictions") {
            [
                Array(
                    """
                    {"qid": 1, "query": "A man.", "vid": "v", "pred_relevant_windows": [[0, 2, 0.5]], \
                    "pred_saliency_scores": [0.1, -2]}
                    """.utf8)
            ]
        } read: { bytes in
            try scratch.with(bytes) { _ = try PredictionSet(contentsOf: $0, policy: .keepGood).predictions }
        },
    ]
