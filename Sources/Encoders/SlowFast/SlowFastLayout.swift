/// The ways in which SlowFast's parameters are named in published files.
public enum SlowFastLayout: String, CaseIterable, Codable, Sendable {
    /// PySlowFast's names: `s2.pathway0_res0.branch2.a.weight`.
    case pySlowFast = "PySlowFast"
    /// PyTorchVideo's names: `blocks.1.multipathway_blocks.0.res_blocks.0.branch2.conv_a.weight`.
    case pyTorchVideo = "PyTorchVideo"
    /// Caffe2's names, as in the model zoo of PySlowFast: `res2_0_branch2a_w`.
    case caffe2 = "Caffe2"

    /// What stands behind the name of a batch normalisation: weight, bias, running mean, running variance.
    ///
    /// Caffe2 calls the last one an inverse (`riv`), but it holds the variance itself.
    var normSuffixes: [String] {
        switch self {
        case .pySlowFast, .pyTorchVideo: [".weight", ".bias", ".running_mean", ".running_var"]
        case .caffe2: ["_s", "_b", "_rm", "_riv"]
        }
    }

    /// The classifier's weight and bias.
    var classifier: [String] {
        switch self {
        case .pySlowFast: ["head.projection.weight", "head.projection.bias"]
        case .pyTorchVideo: ["blocks.6.proj.weight", "blocks.6.proj.bias"]
        case .caffe2: ["pred_w", "pred_b"]
        }
    }

    /// Whether an array of a file is no part of what makes a feature: the classifier, counters, the optimiser's memory.
    func ignores(_ name: String) -> Bool {
        if classifier.contains(name.droppingModulePrefix) { return true }
        return self == .caffe2 && (name.hasSuffix("_momentum") || name == "lr" || name == "model_iter")
    }
}

/// One name in each layout.
struct LayoutNames {
    let pySlowFast, pyTorchVideo, caffe2: String

    subscript(_ layout: SlowFastLayout) -> String {
        switch layout {
        case .pySlowFast: pySlowFast
        case .pyTorchVideo: pyTorchVideo
        case .caffe2: caffe2
        }
    }
}

extension String {
    /// Without the `module.` that PyTorch puts before the names of a model trained on several devices.
    var droppingModulePrefix: String {
        var rest = Substring(self)
        while rest.hasPrefix("module.") { rest = rest.dropFirst("module.".count) }
        return String(rest)
    }
}
