import Grounding
import Torch

/// A model that is measured: its sizes, and what a pass through it takes.
struct GroundingSubject: Sendable {
    /// What tables call it.
    let name: String
    /// Its width.
    let width: Int
    /// Makes it with random parameters.
    let make: @Sendable (Device) throws -> any GroundingModel
    /// Floating-point operations of a forward pass over so many queries, clips and words; nil where nobody counted them.
    let forward: @Sendable (_ batch: Int, _ clips: Int, _ words: Int) -> Double?

    /// Moment-DETR, QD-DETR and UniVTG as published, and two sizes of CDNet.
    static let all: [GroundingSubject] = {
        let (video, text) = (SyntheticBatch.videoWidth, SyntheticBatch.textWidth)
        let momentDETR = MomentDETRConfiguration(videoWidth: video, textWidth: text)
        let qdDETR = QDDETRConfiguration(videoWidth: video, textWidth: text)
        let uniVTG = UniVTGConfiguration(videoWidth: video, textWidth: text)
        return [
            GroundingSubject(
                name: "Moment-DETR", width: momentDETR.hiddenSize,
                make: { try MomentDETR(momentDETR, seed: 1, device: $0) },
                forward: { OperationCount.forward(momentDETR, batch: $0, clips: $1, words: $2) }),
            GroundingSubject(
                name: "QD-DETR", width: qdDETR.hiddenSize, make: { try QDDETR(qdDETR, seed: 1, device: $0) },
                forward: { _, _, _ in nil }),
            GroundingSubject(
                name: "UniVTG", width: uniVTG.hiddenSize, make: { try UniVTG(uniVTG, seed: 1, device: $0) },
                forward: { _, _, _ in nil }),
            cdNet("CDNet, small", .small(videoWidth: video, textWidth: text)),
            cdNet("CDNet, as in the paper", .paper(videoWidth: video, textWidth: text)),
        ]
    }()

    private static func cdNet(_ name: String, _ configuration: CDNetConfiguration) -> GroundingSubject {
        GroundingSubject(
            name: name, width: configuration.hiddenSize, make: { try CDNet(configuration, seed: 1, device: $0) },
            forward: { OperationCount.forward(configuration, batch: $0, clips: $1, words: $2) })
    }
}
