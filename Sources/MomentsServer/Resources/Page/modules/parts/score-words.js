// How a model's scores are named beside their percents.

/** A short word for scores that are no probabilities; empty where they are. */
export function scoreTag(model) {
    if (model.calibrated) return "";
    return model.scores === "fixed rule" ? "by rule" : "uncalibrated";
}

/** A sentence on what the scores of a model mean. */
export function scoreSentence(model) {
    const simulated = model.simulated ? " It learned from simulated features." : "";
    if (model.calibrated) return `${model.name}: scores are probabilities (${model.scoreMeaning}).${simulated}`;
    const word = model.scores === "fixed rule" ? "come of a fixed rule" : "are uncalibrated";
    return `${model.name}: scores ${word} and are no probabilities (${model.scoreMeaning}).${simulated}`;
}
