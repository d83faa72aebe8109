import Encoders
import Foundation
import Training

@testable import EncoderTraining

/// A configuration that a test can train in a moment.
func tinyEncoders(_ folder: URL) -> EncoderTrainingConfiguration {
    var configuration = EncoderTrainingConfiguration()
    configuration.seed = 3
    configuration.world.scenes = 20
    configuration.world.validationScenes = 6
    configuration.clip.model.imageSize = 32
    configuration.clip.model.embeddingSize = 16
    (configuration.clip.model.visionWidth, configuration.clip.model.visionLayers) = (16, 1)
    configuration.clip.model.visionHeads = 2
    (configuration.clip.model.textWidth, configuration.clip.model.textLayers) = (16, 1)
    configuration.clip.model.textHeads = 2
    configuration.slowfast.model.cropSize = 32
    (configuration.slowfast.model.frames, configuration.slowfast.model.frameRatio) = (8, 4)
    (configuration.slowfast.model.width, configuration.slowfast.model.fastWidth) = (4, 2)
    for learning in [\EncoderTrainingConfiguration.clip.learning, \.slowfast.learning] {
        configuration[keyPath: learning].batchSize = 4
        configuration[keyPath: learning].epochs = 2
        configuration[keyPath: learning].stepsPerEpoch = 2
        configuration[keyPath: learning].warmupSteps = 1
    }
    configuration.output.directory = folder.path
    return configuration
}

/// Calls `body` with the place of a folder that is removed afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
