// Moments as JSON with the names that `moments find --json` uses: the submission schema, and the same in readable form.

/** One object for each model's answer, a line each. */
export function json({ videoID, videoName, duration, sentence, answers }) {
    return answers.map((answer) => JSON.stringify({
        query: sentence,
        vid: videoName,
        video: videoID,
        duration,
        clip_length: answer.clipLength,
        model: answer.model,
        scores: answer.calibrated ? "calibrated" : "uncalibrated",
        threshold: answer.cutoff,
        confident: answer.moments.length > 0,
        pred_relevant_windows: answer.moments.map((moment) => [moment.start, moment.end, moment.score]),
        moments: answer.moments.map(({ rank, start, end, score, logit, trimmed }) => ({ rank, start, end, score, logit, trimmed })),
        relevance: answer.curve,
    }) + "\n").join("");
}
