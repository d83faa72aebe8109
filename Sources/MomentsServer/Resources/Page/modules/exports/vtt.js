// Moments as WebVTT cues: players show them as chapters or subtitles.
import { subtitleClock } from "../time.js";
import { percent } from "../moments.js";

/** One cue a moment, by time. */
export function vtt({ videoName, sentence, moments }) {
    const cues = [...moments].sort((one, other) => one.start - other.start || one.end - other.end);
    // A comment may not hold an arrow, nor an empty line.
    const note = `NOTE\n${line(videoName)}\n`.replaceAll("-->", "->");
    const blocks = cues.map((moment) => {
        const score = percent(moment.score) + (moment.calibrated ? "" : ", uncalibrated");
        const span = `${subtitleClock(moment.start)} --> ${subtitleClock(moment.end)}`;
        return `moment-${moment.key}\n${span}\n${escaped(line(sentence))}\n${escaped(line(`${moment.model}, ${score}`))}\n`;
    });
    return ["WEBVTT\n", note, ...blocks].join("\n");
}

function line(text) {
    return text.replace(/\s+/g, " ").trim() || " ";
}

function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
