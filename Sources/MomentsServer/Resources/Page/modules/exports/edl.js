// Moments as an edit decision list of the CMX 3600 kind, which editing programs read.
import { frameNumber, timecode } from "../timecode.js";
import { percent } from "../moments.js";

/** Events that such a list has at most. */
export const mostEvents = 999;

/**
 * One cut a moment, by time, on the video and both sound tracks, laid out one after the other from hour 1.
 *
 * The source's time code is taken to begin at zero. `rate` is one of `frameRates`.
 */
export function edl({ videoName, sentence, moments, rate }) {
    const cuts = [...moments].sort((one, other) => one.start - other.start || one.end - other.end).slice(0, mostEvents);
    const lines = [`TITLE: ${printable(sentence).slice(0, 70)}`, `FCM: ${rate.drop ? "DROP FRAME" : "NON-DROP FRAME"}`, ""];
    let record = startOfRecord(rate);
    cuts.forEach((moment, index) => {
        const first = frameNumber(moment.start, rate);
        // The end is exclusive, and no cut is empty.
        const last = Math.max(first + 1, frameNumber(moment.end, rate));
        const codes = [first, last, record, record + last - first].map((frame) => timecode(frame, rate));
        record += last - first;
        lines.push(`${String(index + 1).padStart(3, "0")}  AX       AA/V  C        ${codes.join(" ")}`);
        lines.push(`* FROM CLIP NAME: ${printable(videoName)}`);
        lines.push(`* COMMENT: ${printable(`${moment.model}, ${percent(moment.score)}${moment.calibrated ? "" : ", uncalibrated"}`)}`);
    });
    return lines.join("\r\n") + "\r\n";
}

/** The frame whose code is 01:00:00:00. */
function startOfRecord(rate) {
    const hour = rate.frames * 3600;
    return rate.drop ? hour - (rate.frames / 15) * 54 : hour;
}

// Such lists are plain text of single lines.
function printable(text) {
    const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[“”„]/g, '"').replace(/[‘’]/g, "'");
    return plain.replace(/[–—]/g, "-").replace(/[^\x20-\x7e]+/g, "?").trim();
}
