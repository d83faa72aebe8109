import Foundation
import Torch

extension TrainingConfiguration {
    /// What makes the configuration unusable, each with its key.
    func problems(checkingFiles: Bool) -> [(path: [String], reason: String)] {
        var problems: [(path: [String], reason: String)] = []
        func require(_ condition: Bool, _ path: String..., reason: String) {
            if !condition { problems.append((path, reason)) }
        }
        require(threads ?? 1 > 0, "threads", reason: "must be at least 1")
        require(
            Device(named: device) != nil, "device", reason: "expected cpu, cuda, cuda:1 or best")
        if let problem = model.settings.problem {
            problems.append((["model", model.name, problem.field], problem.reason))
        }
        require(
            model.settings.learns || optimisation.epochs == 0, "optimisation", "epochs",
            reason: "must be 0: \(model.name) learns nothing")
        require(!output.directory.isEmpty, "output", "directory", reason: "name a folder for what the run writes")
        require(output.checkpointSteps > 0, "output", "checkpointSteps", reason: "must be at least 1")
        require(evaluation.every > 0, "evaluation", "every", reason: "must be at least 1")
        require(evaluation.batchSize > 0, "evaluation", "batchSize", reason: "must be at least 1")
        require(evaluation.patience ?? 1 > 0, "evaluation", "patience", reason: "must be at least 1, or null")

        let optimisation = optimisation
        require(optimisation.learningRate >= 0, "optimisation", "learningRate", reason: "must not be negative")
        require(optimisation.weightDecay >= 0, "optimisation", "weightDecay", reason: "must not be negative")
        require(
            optimisation.gradientClip ?? 1 > 0, "optimisation", "gradientClip",
            reason: "must be greater than 0, or null for no limit")
        require(optimisation.batchSize > 0, "optimisation", "batchSize", reason: "must be at least 1")
        require(optimisation.epochs >= 0, "optimisation", "epochs", reason: "must not be negative")
        require(optimisation.stepEpochs > 0, "optimisation", "stepEpochs", reason: "must be at least 1")
        require(
            optimisation.lossScale >= 1 && optimisation.lossScale.isFinite, "optimisation", "lossScale",
            reason: "must be at least 1")
        require(optimisation.lossScaleGrowth > 0, "optimisation", "lossScaleGrowth", reason: "must be at least 1")
        require(optimisation.warmupSteps >= 0, "optimisation", "warmupSteps", reason: "must not be negative")

        require(data.clipLength > 0, "data", "clipLength", reason: "must be greater than 0 (seconds)")
        require(data.annotatedClipLength > 0, "data", "annotatedClipLength", reason: "must be greater than 0 (seconds)")
        require(data.maxMoments ?? 1 > 0, "data", "maxMoments", reason: "must be at least 1, or null for all")
        require(data.maxClips ?? 1 > 0, "data", "maxClips", reason: "must be at least 1, or null for all")
        require(data.maxWords ?? 1 > 0, "data", "maxWords", reason: "must be at least 1, or null for all")
        require(!data.train.isEmpty, "data", "train", reason: "name the annotations to learn from")
        if data.pack == nil {
            require(!data.video.isEmpty, "data", "video", reason: "list the feature directories of the videos")
            require(!data.text.isEmpty, "data", "text", reason: "name the feature directory of the sentences")
        }
        if checkingFiles {
            problems += data.missingFiles
            if let start = optimisation.startFrom {
                require(
                    FileManager.default.fileExists(atPath: start), "optimisation", "startFrom",
                    reason: "there is no \(start)")
            }
        }
        return problems
    }
}

extension DataConfiguration {
    fileprivate var missingFiles: [(path: [String], reason: String)] {
        var named: [(key: String, path: String)] = [("train", train)]
        let others = [("val", val), ("test", test), ("durations", durations), ("pack", pack)]
        named += others.compactMap { key, path in path.map { (key, $0) } }
        if pack == nil { named += video.map { ("video", $0) } + [("text", text)] }
        return named.filter { !$0.path.isEmpty && !FileManager.default.fileExists(atPath: $0.path) }
            .map { (["data", $0.key], "there is no \($0.path)") }
    }
}
