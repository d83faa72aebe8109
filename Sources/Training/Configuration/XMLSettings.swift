import Grounding
import Torch

extension XMLConfiguration: FeatureSizedSettings {
    /// `xml`.
    public static var modelName: String { "xml" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try XML(self, seed: seed, device: device)
    }
}
