import Grounding
import Torch

extension TwoDTANConfiguration: FeatureSizedSettings {
    /// `twoDTAN`.
    public static var modelName: String { "twoDTAN" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try TwoDTAN(self, seed: seed, device: device)
    }
}
