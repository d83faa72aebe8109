import Datasets
import Encoders
import Foundation
import Training

extension TrainedModel {
    /// Throws where the model learned from words that these weights do not give.
    func checkWords(of clip: CLIP) throws {
        let (wanted, given) = (metadata.recipe.text.width, clip.configuration.textWidth)
        guard wanted == given else {
            throw UsageError(
                "the model \(file.path) reads words of width \(wanted), and \(clip.identifier) gives \(given); give the "
                    + "weights that it was trained with")
        }
    }
}
