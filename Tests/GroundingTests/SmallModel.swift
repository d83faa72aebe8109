import Grounding
import Testing
import Torch

/// A small model of a kind, for tests that all of them must pass.
struct SmallModel: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (DType, Device) throws -> any GroundingModel

    var testDescription: String { name }

    /// A small model of each kind, with dropout and whatever else sees more than one row.
    static let all: [SmallModel] = [
        small("CDNet", CDNetFixture.configuration(), { try CDNet($0, seed: 3, dtype: $1, device: $2) }) {
            ($0.inputDropout, $0.dropout, $0.dropPath) = (0.3, 0.2, 0.3)
            $0.assignment = .both
        },
        small(
            "MomentDETR", MomentDETRConfiguration(videoWidth: 7, textWidth: 5),
            { try MomentDETR($0, seed: 1, dtype: $1, device: $2) }
        ) {
            ($0.hiddenSize, $0.heads, $0.feedForwardSize, $0.queryCount) = (8, 2, 12, 4)
        },
        small(
            "QDDETR", QDDETRConfiguration(videoWidth: 7, textWidth: 5),
            { try QDDETR($0, seed: 1, dtype: $1, device: $2) }
        ) {
            ($0.hiddenSize, $0.heads, $0.feedForwardSize, $0.queryCount) = (8, 2, 12, 4)
            $0.mixesAttentionMasks = true
        },
        small(
            "UniVTG", UniVTGConfiguration(videoWidth: 7, textWidth: 5),
            { try UniVTG($0, seed: 1, dtype: $1, device: $2) }
        ) {
            ($0.hiddenSize, $0.heads, $0.feedForwardSize, $0.encoderLayers) = (8, 2, 12, 2)
            $0.headsSeePadding = true
        },
        small("UMT", UMTConfiguration(videoWidth: 7, textWidth: 5), { try UMT($0, seed: 1, dtype: $1, device: $2) }) {
            ($0.hiddenSize, $0.heads, $0.feedForwardSize, $0.audioWidth) = (8, 2, 12, 3)
            $0.decoderSeesPadding = true
        },
        small("XML", XMLConfiguration(videoWidth: 7, textWidth: 5), { try XML($0, seed: 1, dtype: $1, device: $2) }) {
            ($0.hiddenSize, $0.heads, $0.boundaryKernel, $0.subtitleWidth) = (8, 2, 3, 2)
        },
        small(
            "2D-TAN", TwoDTANConfiguration(videoWidth: 7, textWidth: 5),
            { try TwoDTAN($0, seed: 1, dtype: $1, device: $2) }
        ) {
            ($0.hiddenSize, $0.mapSize, $0.mapLayers, $0.mapKernel) = (6, 5, 2, 3)
        },
    ]

    /// A model of settings that are changed to be small.
    private static func small<Settings: Sendable>(
        _ name: String, _ settings: Settings,
        _ make: @escaping @Sendable (Settings, DType, Device) throws -> any GroundingModel,
        change: (inout Settings) -> Void
    ) -> SmallModel {
        var settings = settings
        change(&settings)
        return SmallModel(name: name, make: { [settings] in try make(settings, $0, $1) })
    }
}
