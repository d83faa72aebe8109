import Encoders
import Finding

extension EncodedVideo {
    /// What encoders gave for a video, or for its beginning.
    init(duration: Double, clipLength: ClipLength, _ components: [VideoEncoder.Component]) {
        self.init(
            duration: duration, clipLength: clipLength.seconds,
            components: components.map {
                .init(name: $0.name, encoder: $0.encoder, weights: $0.weights, features: $0.features)
            })
    }
}
