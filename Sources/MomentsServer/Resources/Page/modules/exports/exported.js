// What there is to take away of an answer: plain values, from which the formats are made.

/** The moments and curves that are shown of a video; null where there is no answer. */
export function exported(rows, chosen, { video, name, duration }, { sentence, clipLimit }) {
    if (!rows.a) return null;
    const shown = [rows.a, rows.b].filter((row) => row !== null);
    const answers = shown.map(({ answer, cutoff, curve, moments }) => {
        const { name: model, calibrated } = answer.model;
        return {
            model, calibrated, cutoff, clipLength: answer.clipLength,
            curve: curve?.isOwnScale ? null : curve?.values ?? null,
            moments: moments.map((moment) => ({ ...moment, model, calibrated, trimmed: moment.isTrimmed })),
        };
    });
    return {
        chosen, sentence, videoID: video?.id ?? null, videoName: name, duration, frameRate: video?.media?.frameRate ?? null,
        clipLimit, moments: answers.flatMap((answer) => answer.moments), answers,
    };
}
