import Foundation
import Fuzzing

@testable import Training

private let base = """
    name: mine
    model: { cdnet: { hiddenSize: 32, localizerLayers: 1 } }
    data: { train: a.jsonl, video: [f], text: w, clipLength: 2 }
    optimisation: { epochs: 2, learningRate: 1e-3, schedule: cosine }
    output: { directory: run }

    """

/// What a document says, and the same once more from what is written of it.
private func readWhole(_ document: ConfigurationDocument) throws {
    let configuration = try ConfigurationDecoder.decode(TrainingConfiguration.self, from: document)
    let written = try ConfigurationDocument(configuration.yaml, source: "written")
    let again = try ConfigurationDecoder.decode(TrainingConfiguration.self, from: written)
    precondition(again == configuration, "a configuration is read otherwise than it was written")
}

let configurationTargets = [
    FuzzTarget("configuration") {
        texts(base, "model: &m { umt: {} }\ndata: { train: a, <<: *m }\n")
    } read: { bytes in
        try readWhole(ConfigurationDocument(text(bytes), source: "input"))
    },
    FuzzTarget("assignment") {
        texts(
            "optimisation.epochs=5", "model={momentDETR: {heads: 2}}", "data.video=[a, b]",
            "optimisation.epochs=5\nseed=3")
    } read: { bytes in
        var document = try ConfigurationDocument(base, source: "input")
        for assignment in try text(bytes).split(separator: "\n") { try document.set(String(assignment)) }
        try readWhole(document)
    },
]
