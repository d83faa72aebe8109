// Moments as a table (RFC 4180).

/** One line a moment, by rank, under a line of names. */
export function csv({ videoName, sentence, moments }) {
    const head = ["rank", "start", "end", "start_clock", "end_clock", "score", "calibrated", "trimmed", "model", "query", "video"];
    const lines = moments.map((moment) => [
        moment.rank, seconds(moment.start), seconds(moment.end), moment.startClock, moment.endClock,
        Number(moment.score.toFixed(6)), moment.calibrated, moment.trimmed, text(moment.model), text(sentence),
        text(videoName),
    ]);
    return [head, ...lines].map((line) => line.map(quoted).join(",") + "\r\n").join("");
}

function seconds(value) {
    return Number(value.toFixed(3));
}

// A spreadsheet would compute a name that begins like a formula.
function text(value) {
    return /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
}

function quoted(value) {
    const plain = String(value);
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
