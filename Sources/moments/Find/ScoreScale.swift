import Finding
import Grounding
import Training

/// What the scores of found moments mean, and how they come about.
enum ScoreScale {
    /// The probability that a moment fits, by the model's own calibration.
    case calibrated(Calibration)
    /// A model's confidence as it is: between 0 and 1, and no probability.
    case uncalibrated
    /// `ZeroShotFinder`'s fixed rule of the cosine: nothing was fitted to anything.
    case fixedRule

    /// What a trained model's scores are.
    init(_ calibration: Calibration?) {
        self = calibration.map { .calibrated($0) } ?? .uncalibrated
    }

    /// A moment's score, 0…1.
    func score(_ moment: RankedMoment) -> Double {
        if case .calibrated(let calibration) = self { return calibration.probability(moment.score) }
        return moment.score
    }

    /// Whether nothing was trained.
    var isFixedRule: Bool {
        if case .fixedRule = self { return true }
        return false
    }

    /// The model's calibration, where it has one.
    var calibration: Calibration? {
        if case .calibrated(let calibration) = self { return calibration }
        return nil
    }

    /// How `--json` calls it.
    var name: String {
        switch self {
        case .calibrated: "calibrated"
        case .uncalibrated: "uncalibrated"
        case .fixedRule: "fixed rule"
        }
    }

    /// What a score means, in a sentence.
    var meaning: String {
        switch self {
        case .calibrated(let calibration):
            "probability that the moment overlaps an annotated one by an IoU of at least \(Calibration.fittingIoU), "
                + "fitted on \(calibration.moments) moments"
        case .uncalibrated: "the model's confidence; moments evaluate RUN --calibrate makes it a probability"
        case .fixedRule:
            "1 / (1 + exp(-\(Int(ZeroShotFinder.slope)) * (cosine - \(ZeroShotFinder.middle)))); no probability"
        }
    }
}
